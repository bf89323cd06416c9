"""Turn a plan into steps and code: names, wordings, and what stands together in one step."""

from __future__ import annotations

import random
import textwrap

from models.synthetic import frames
from models.synthetic.grammar import Distance, Split, wordings
from models.synthetic.names import (
    Style,
    Variable,
    class_name,
    function_name,
    literal_name,
    plain,
    result_name,
    style,
    to_read,
    to_set,
)
from models.synthetic.operation import Operation, phrases
from models.synthetic.pieces import PARAMETERS, assigned, packed
from models.synthetic.plan import Action, Plan
from models.synthetic.program import Program, Turn
from models.synthetic.sentences import sentence, third_person
from models.synthetic.values import NOUNS


class Writer:
    """What is known while a program is being written."""

    def __init__(self, plan: Plan, split: Split, distance: Distance, rng: random.Random) -> None:
        self.plan, self.split, self.distance, self.rng = plan, split, distance, rng
        last = plan.actions[-1].operation.output
        names = tuple(action.operation.name for action in plan.actions)
        self.program = Program(plan.family, names, last)
        self.style: Style = style(rng)
        self.variables: list[Variable] = []
        self.imported: set[str] = set()
        self.taken: set[str] = set()

    def write(self) -> Program:
        """Return the program; its last step prints its last value."""
        self._literals()
        last = len(self.plan.actions) - 1
        for i, action in enumerate(self.plan.actions):
            kind = self.rng.random()
            if kind < 0.12 and not action.operation.statements:
                self._as_function(action, i == last)
            elif kind < 0.15 and len(action.reads) == 1 and action.reads[0] == 0 and i == 0:
                self._as_class(action, i == last)
            else:
                self._as_steps(action, self._phrase(action), i == last)
        self.program.turns = packed(self.program.turns, self.rng)
        return self.program

    def frame(self, patterns: tuple[str, ...]) -> str:
        """Choose a sentence; those of the far test set are new half of the time."""
        far = self.distance == "far" and self.rng.random() < 0.5
        return self.rng.choice(wordings(patterns, self.split, "far" if far else "near"))

    def say(self, step: str, code: str) -> None:
        """Add a turn."""
        self.program.turns.append(Turn(step, code))

    def _new(self, name: str, kind: str, called: str = "") -> Variable:
        variable = Variable(name, kind, called)
        self.taken.add(name)
        self.variables.append(variable)
        return variable

    def _slots(self, name: str) -> dict[str, str]:
        """Return the words for a variable to set."""
        written = self.style.write(name)
        return {"y": to_set(name, self.style, self.rng), "name": written}

    def _literals(self) -> None:
        shown = []
        for kind in self.plan.starts:
            text, code = self.program.hole(kind, self.style.literal_quote)
            variable = self._new(literal_name(kind, self.taken, self.rng), kind)
            shown.append((variable, text, f"{variable.name} = {code}"))
        if len(shown) == 2 and self.rng.random() < 0.5:
            (one, text, code), (two, text2, code2) = shown
            slots = {"name": self.style.write(one.name), "l": text}
            slots |= {"name2": self.style.write(two.name), "l2": text2}
            self.say(self._fill(self.frame(frames.ASSIGN_TWO), slots), f"{code}\n{code2}")
            return
        for variable, text, code in shown:
            slots = self._slots(variable.name)
            slots |= {"l": text, "kind": self.rng.choice(NOUNS[variable.kind])}
            self.say(self._fill(self.frame(frames.ASSIGN), slots), code)

    def _fill(self, frame: str, slots: dict[str, str]) -> str:
        named = frame.startswith(("{name}", "{f}", "{x}"))
        for name, text in slots.items():
            frame = frame.replace(f"{{{name}}}", text)
        return sentence(frame, self.rng, starts=not self.program.turns, named=named)

    def _phrase(self, action: Action, *given: str) -> tuple[str, str, str]:
        """Word an operation; return ("noun" or "verb", words, code).

        Without names given for them its inputs are referred to as variables.
        """
        operation = action.operation
        kind, words = self.rng.choice(phrases(operation, self.split, self.distance))
        reads = [self.variables[i] for i in action.reads]
        slots = dict(zip("xz", (v.name for v in reads), strict=False))
        inputs = list(given)
        for variable in reads[len(inputs) :]:
            # A second pronoun in a step would be one too many.
            pronoun = len(reads) == 1 or not inputs
            text = to_read(variable, self.variables, self.style, self.rng)
            named = plain(variable, self.style)
            inputs.append(text if pronoun and (len(reads) == 1 or text != "it") else named)
        for slot, text in zip("xz", inputs, strict=False):
            words = words.replace(f"{{{slot}}}", text)
        parameter = ""
        if operation.parameter:
            shown, parameter = self.program.hole(operation.parameter, self.style.literal_quote)
            words = words.replace("{k}", shown)
        return kind, words, self._code(operation, slots, parameter)

    def _code(self, operation: Operation, slots: dict[str, str], parameter: str) -> str:
        slots = slots if "z" in slots else slots | {"z": ""}
        # The target is not known yet.
        return operation.code.format(**slots, k=parameter, y="⟦y⟧")

    def _import(self, operation: Operation) -> str:
        if not operation.imports or operation.imports in self.imported:
            return ""
        self.imported.add(operation.imports)
        return operation.imports + "\n"

    def _as_steps(self, action: Action, phrase: tuple[str, str, str], last: bool) -> None:
        """Word an action as a step that stores, prints, or does both."""
        operation, (kind, words, code) = action.operation, phrase
        head = self._import(operation)
        noun = kind == "noun"
        slots = {"n" if noun else "v": words}
        way = self.rng.random()
        if last and way < 0.35:
            printing = frames.PRINT_NOUN if noun else frames.PRINT_VERB
            self._print_directly(operation, printing, slots, head, code)
            return
        read = self.variables[action.reads[0]]
        default = operation.called
        bare = way > 0.72 and default not in self.taken
        in_place = (
            way > 0.6 and not noun and len(action.reads) == 1 and read.kind == operation.output
        )
        said = True
        if in_place and "⟦y⟧" not in code:
            name = read.name
            step = self._fill(self.frame(frames.BARE_VERB), slots)
        elif bare:
            name, said = default, False
            step = self._fill(self.frame(frames.BARE_NOUN if noun else frames.BARE_VERB), slots)
        else:
            name = result_name(operation.called, self.taken, self.rng)
            both = last and way < 0.45
            frame: tuple[str, ...] = frames.NAMED_NOUN if noun else frames.NAMED_VERB
            if both:
                frame = frames.STORE_PRINT_NOUN if noun else frames.STORE_PRINT_VERB
            step = self._fill(self.frame(frame), slots | self._slots(name))
            if both:
                self.say(step, f"{head}{assigned(name, code)}\nprint({name})")
                self._new(name, operation.output, operation.called)
                return
        self.say(step, head + assigned(name, code))
        variable = self._new(name, operation.output, operation.called)
        # What changes in place keeps a name that was said, or was not.
        variable.said = read.said if name == read.name else said
        if last:
            self._print(variable)

    def _print_directly(
        self,
        operation: Operation,
        frame: tuple[str, ...],
        slots: dict[str, str],
        head: str,
        code: str,
    ) -> None:
        step = self._fill(self.frame(frame), slots)
        if "⟦y⟧" in code:
            name = result_name(operation.called, self.taken, self.rng)
            # No step names it, so it has the name that the operation gives.
            name = operation.called if operation.called not in self.taken else name
            code = f"{assigned(name, code)}\nprint({name})"
        else:
            code = f"print({code})"
        self.say(step, head + code)

    def _print(self, variable: Variable) -> None:
        words = to_read(variable, self.variables, self.style, self.rng)
        step = self._fill(self.frame(frames.PRINT), {"x": words})
        self.say(step, f"print({variable.name})")

    def _inside(self, action: Action) -> tuple[list[str], list[str]]:
        """Return the parameters of a function for an action and what its step calls them."""
        kinds = action.operation.inputs
        if len(kinds) == 2:
            return ["first", "second"], ["its first argument", "its second argument"]
        noun = self.rng.choice(NOUNS[kinds[0]])
        article = "an" if noun[0] in "aeio" else "a"
        words = (f"{article} {noun}", f"the given {noun}", "its argument", f"{article} {noun}")
        return [PARAMETERS.get(kinds[0], "value")], [self.rng.choice(words)]

    def _body(self, action: Action, inputs: list[str], words: list[str]) -> tuple[str, str, str]:
        """Word an action on parameters; return kind, words and the lines of its body."""
        kind, text, code = self._phrase(action, *words)
        # The code names the variables of the program: name the parameters instead.
        operation = action.operation
        hole = f"⟦{list(self.program.holes)[-1]}⟧" if operation.parameter else ""
        code = self._code(operation, dict(zip("xz", inputs, strict=False)), hole)
        return kind, text, f"return {code}"

    def _as_function(self, action: Action, last: bool) -> None:
        inputs, words = self._inside(action)
        kind, text, body = self._body(action, inputs, words)
        operation = action.operation
        name = function_name(operation.called, self.taken, self.rng)
        self.taken.add(name)
        written = self.style.write(name)
        noun = NOUNS[operation.inputs[0]][0]
        slots = {"f": self.rng.choice((f"named {written}", written, f"called {written}"))}
        slots["a"] = "two arguments" if len(inputs) == 2 else f"a {noun}"
        slots |= {"n": text} if kind == "noun" else {"v": text, "s": third_person(text)}
        frame = self.frame(frames.FUNCTION_NOUN if kind == "noun" else frames.FUNCTION_VERB)
        if not frame.split("{f}")[0].endswith("function "):
            slots["f"] = written
        head = self._import(operation)
        head += "\n" if head else ""
        self.say(
            self._fill(frame, slots),
            f"{head}def {name}({', '.join(inputs)}):\n{textwrap.indent(body, '    ')}",
        )
        self._call(action, name, written, last)

    def _call(self, action: Action, name: str, written: str, last: bool) -> None:
        reads = [self.variables[i] for i in action.reads]
        shown = " and ".join(
            plain(v, self.style)
            if len(reads) == 2
            else to_read(v, self.variables, self.style, self.rng)
            for v in reads
        )
        noun = self.rng.random() < 0.5
        words = self.frame(frames.CALL_NOUN if noun else frames.CALL_VERB)
        words = words.replace("{f}", written).replace("{x}", shown)
        code = f"{name}({', '.join(v.name for v in reads)})"
        self._as_steps(action, ("noun" if noun else "verb", words, code), last)

    def _as_class(self, action: Action, last: bool) -> None:
        """Write a class around the literal, then ask an object for the result."""
        operation = action.operation
        if operation.statements:
            self._as_steps(action, self._phrase(action), last)
            return
        variable = self.variables[action.reads[0]]
        attribute, method, name = variable.name, f"get_{operation.called}", class_name(self.rng)
        kind, text, body = self._body(action, [f"self.{attribute}"], [self.style.write(attribute)])
        if kind == "verb":
            # Words for the attribute would read "a method that returns add up …": begin again.
            self.program.holes = dict(list(self.program.holes.items())[: len(self.plan.starts)])
            self._as_steps(action, self._phrase(action), last)
            return
        slots = {"c": self.style.write(name), "attribute": self.style.write(attribute)}
        slots |= {"f": self.style.write(method), "n": text}
        head = self._import(operation)
        head += "\n" if head else ""
        self.say(
            self._fill(self.frame(frames.CLASS_NOUN), slots),
            f"{head}class {name}:\n    def __init__(self, {attribute}):\n"
            f"        self.{attribute} = {attribute}\n\n    def {method}(self):\n        {body}",
        )
        holder = result_name("holder", self.taken, self.rng)
        self.taken.add(holder)
        slots = {"c": self.style.write(name), "l": self.style.write(attribute)}
        slots["name"] = self.style.write(holder)
        self.say(self._fill(self.frame(frames.CREATE), slots), f"{holder} = {name}({attribute})")
        noun = self.rng.random() < 0.5
        words = self.frame(frames.METHOD_NOUN if noun else frames.METHOD_VERB)
        words = words.replace("{f}", self.style.write(method))
        words = words.replace("{name}", self.style.write(holder))
        phrase = ("noun" if noun else "verb", words, f"{holder}.{method}()")
        self._as_steps(action, phrase, last)
