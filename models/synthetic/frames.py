"""The sentences that steps are made of; the last pattern of each kind is kept for the test set.

`{n}` is a noun phrase for a value, `{v}` an imperative, `{y}` the variable to set, `{x}` one to
read, `{l}` a literal, `{kind}` what it is, `{f}` a function or class.
"""

from __future__ import annotations

ASSIGN = (
    "[assign|bind] [the {kind} |the value |]{l} to {y}",
    "<store> [the {kind} |the value |]{l} in {y}",
    "[set|initialize|initialise] {y} [to|with] [the {kind} |the value |]{l}",
    "let {y} be [the {kind} |equal to |]{l}",
    "[create|define|declare|make] {y} [with the value|with value|as|equal to|and give it the "
    "value] "
    "[the {kind} |]{l}",
    "[create|define|make|set up] [the|a] {kind} [named|called] {name} "
    "[with|containing|from|as] {l}",
    "[given|take|we have|here is|consider] [the {kind} |]{l}[, call it|; call it|, named] {name}",
    "[define|create] {name} = {l}",
    "{name} [is|should be|will be] [the {kind} |]{l}",
    "use {name} [for|to hold|as the name of] the {kind} {l}",
    "begin with the {kind} {l} under the name {name}",
)
ASSIGN_TWO = (
    "[assign|bind] {l} to {name} and {l2} to {name2}",
    "[create|define|declare|make] [two variables,|two variables:|the variables] {name} [with value|"
    "as|equal to] {l} and {name2} [with value|as|equal to] {l2}",
    "[set|initialize] {name} to {l} and {name2} to {l2}",
    "let {name} be {l} and {name2} be {l2}",
    "<store> {l} in {name} and {l2} in {name2}",
    "[given|take|we have|here are] {l} as {name} and {l2} as {name2}",
    "give the names {name} and {name2} to {l} and {l2}",
)
NAMED_NOUN = (
    "<compute> {n} and <store> <the_result> [in|as] {y}",
    "<compute> {n} and [assign|bind] <the_result> to {y}",
    "<compute> {n} and [call|name] <the_result> {name}",
    "<store> {n} [in|as|into] {y}",
    "assign {n} to {y}",
    "let {y} be {n}",
    "[set|initialize] {y} to {n}",
    "[define|create|make] {y} [as|with|from|to hold|containing|equal to] {n}",
    "<compute> {n} as {name}",
    "{name} [should be|should hold|will be|is] {n}",
    "what is {n}? <store> [it|the answer] in {y}",
    "[using|from] what we have, [compute|get] {n} [and call it|as] {name}",
    "use {name} for {n}",
    "write {n} into {y}",
)
NAMED_VERB = (
    "{v} and <store> <the_result> [in|as] {y}",
    "{v} and [assign|bind] <the_result> to {y}",
    "{v} and [call|name] <the_result> {name}",
    "{v}, [then|and then|and] <store> <the_result> [in|as] {y}",
    "{v}[, giving|, yielding| to get| to obtain] {name}",
    "{v}. <store> <the_result> in {y}",
    "{v}[, storing|, saving|, keeping] <the_result> [in|as] {y}",
    "for {name}, {v}",
    "{v}, with {y} as the place for <the_result>",
)
BARE_NOUN = (
    "<compute> {n}",
    "[we need|we want|I need|I want] {n}",
    "[figure out|evaluate] {n}",
    "derive {n}",
)
#: An imperative that changes its subject or leaves its result unnamed.
BARE_VERB = ("{v}", "[we want to|we need to|I want you to|you should] {v}", "go on to {v}")
PRINT_NOUN = (
    "<print> {n}",
    "<compute> {n} and <print> <the_result>",
    "<compute> {n}, then <print> <the_result>",
    "what is {n}? <print> [it|the answer]",
    "[show me|tell me|let me see|give me] {n}",
    "<compute> {n}. <print> <the_result>",
    "put {n} on the screen",
)
PRINT_VERB = (
    "{v} and <print> <the_result>",
    "{v}, then <print> <the_result>",
    "{v}. <print> <the_result>",
    "{v} and [show me|let me see|tell me] <the_result>",
    "{v} and put <the_result> on the screen",
)
STORE_PRINT_NOUN = (
    "<compute> {n}, <store> it in {y} and <print> [it|the result]",
    "<store> {n} in {y} and <print> [it|the result]",
    "[set|assign] {n} [as|to] {y} and <print> it",
    "let {y} be {n} and put it on the screen",
)
STORE_PRINT_VERB = (
    "{v}, <store> <the_result> in {y} and <print> it",
    "{v} and <print> <the_result> after saving it in {y}",
    "{v}, name <the_result> {name} and put it on the screen",
)
PRINT = (
    "<print> {x}",
    "<print> [the value of|the content of|the contents of|what is in] {x}",
    "[show me|let me see|tell me|give me] {x}",
    "[write|send] {x} to [the screen|standard output|the console]",
    "put {x} on the screen",
)
FUNCTION_NOUN = (
    "[define|write|create|implement|make] a function {f} [that|which] [returns|computes|gives|"
    "calculates] {n}",
    "[define|write|create|implement] a function {f} [that takes {a}|with {a} as argument|taking "
    "{a}|for {a}] and returns {n}",
    "[define|write|create] {f}, a function [returning|that returns|for] {n}",
    "[we need|I need] a function {f} [that returns|returning] {n}",
    "write {f} so that calling it gives {n}",
)
FUNCTION_VERB = (
    "[define|write|create|implement|make] a function {f} [that|which] {s}",
    "[define|write|create|implement] a function {f} [that|which] {s} and returns [it|the result]",
    "[define|write|create] a function {f} to {v}",
    "[we need|I need] a function {f} [that|which] {s}",
    "write {f}, which when called {s}",
)
CALL_NOUN = (
    "[the result of|the value of|the output of] [calling |applying |]{f} [on|to|with|for] {x}",
    "[what|that which] {f} returns for {x}",
    "[the result|the value|the output] [of|from] {f} [for|given|with argument] {x}",
    "{f} of {x}",
)
CALL_VERB = (
    "[call|run|use|invoke|try] [the function |]{f} [with|on] {x}",
    "apply [the function |]{f} to {x}",
    "[pass|give|hand] {x} to [the function |]{f}",
    "feed {x} into {f}",
)
CLASS_NOUN = (
    "[define|write|create|implement] a class {c} [that stores|with the attribute|that holds|with "
    "an attribute] {attribute} and [has |]a method {f} [that returns|returning|to get] {n}",
    "[define|write|create|implement] a class {c} whose constructor takes {attribute}[,| and] with a"
    " method {f} [that returns|returning] {n}",
    "make {c} a class around {attribute} where the method {f} gives {n}",
)
CREATE = (
    "[create|make|build|construct] an [object|instance] of {c} [named|called] {name} "
    "[with|from] {l}",
    "[create|make] {name}, [an object|an instance] of {c} with {l}",
    "[assign|bind] [an object|an instance] of {c} made from {l} to {name}",
    "let {name} hold a new {c} built on {l}",
)
METHOD_NOUN = (
    "[the result of|what you get from] calling [the method |]{f} [of|on] {name}",
    "what the method {f} of {name} returns",
)
METHOD_VERB = (
    "call [the method |]{f} [of|on] {name}",
    "[use|run|invoke] the method {f} [of|on] {name}",
    "ask {name} for its {f}",
)
MAP_NOUN = (
    "[a list of |]the results of [calling |applying |]{f} [on|to|for] <each> <num> <in> {x}",
    "{x} with {f} applied to <each> <num>",
)
MAP_VERB = (
    "[apply|map] [the function |]{f} to [each|every] <num> <in> {x}",
    "call [the function |]{f} [on|with|for] [each|every] <num> <in> {x}",
    "run all of {x} through {f}",
)
LIST_NOUN = (
    "[a|the] list [of|with|containing|made of] {x} and {z}",
    "the list that has {x} first and {z} second",
)
OPENERS = (
    "",
    "",
    "",
    "",
    "",
    "",
    "now ",
    "now, ",
    "next, ",
    "then ",
    "please ",
    "let's ",
    "please ",
)
