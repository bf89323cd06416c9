// What a backend of ggml looks like from inside: tables of functions that ggml calls.
//
// ggml's public headers come from the installed llama-cpp-python; these tables are in none of them.
// They are written down here for exactly one version of ggml (kGgmlVersion, checked before anything
// is called; `gate.cpp`), with API version 2 of its backends. The order of the members is the
// contract. "May be null" marks what ggml does without.
#pragma once

#include <ggml-backend.h>
#include <ggml.h>

constexpr const char * kGgmlVersion = "0.25.3";
constexpr int kBackendApiVersion = 2;
constexpr size_t kGgmlObjectBytes = 32;  // what ggml keeps before each tensor in a context

// Kinds of memory.
struct ggml_backend_buffer_type_i {
    const char * (*get_name)(ggml_backend_buffer_type_t);
    ggml_backend_buffer_t (*alloc_buffer)(ggml_backend_buffer_type_t, size_t size);
    size_t (*get_alignment)(ggml_backend_buffer_type_t);
    size_t (*get_max_size)(ggml_backend_buffer_type_t);                          // may be null
    size_t (*get_alloc_size)(ggml_backend_buffer_type_t, const ggml_tensor *);  // may be null
    bool (*is_host)(ggml_backend_buffer_type_t);                                 // may be null
};

struct ggml_backend_buffer_type {
    ggml_backend_buffer_type_i iface;
    ggml_backend_dev_t device;
    void * context;
};

// A piece of memory.
struct ggml_backend_buffer_i {
    void (*free_buffer)(ggml_backend_buffer_t);
    void * (*get_base)(ggml_backend_buffer_t);
    ggml_status (*init_tensor)(ggml_backend_buffer_t, ggml_tensor *);  // may be null
    void (*memset_tensor)(ggml_backend_buffer_t, ggml_tensor *, uint8_t, size_t offset, size_t size);
    void (*set_tensor)(ggml_backend_buffer_t, ggml_tensor *, const void *, size_t offset,
                       size_t size);
    void (*get_tensor)(ggml_backend_buffer_t, const ggml_tensor *, void *, size_t offset,
                       size_t size);
    void (*set_tensor_2d)(ggml_backend_buffer_t, ggml_tensor *, const void *, size_t offset,
                          size_t size, size_t copies, size_t stride_tensor,
                          size_t stride_data);  // may be null
    void (*get_tensor_2d)(ggml_backend_buffer_t, const ggml_tensor *, void *, size_t offset,
                          size_t size, size_t copies, size_t stride_tensor,
                          size_t stride_data);  // may be null
    bool (*cpy_tensor)(ggml_backend_buffer_t, const ggml_tensor *, ggml_tensor *);  // may be null
    void (*clear)(ggml_backend_buffer_t, uint8_t value);
    void (*reset)(ggml_backend_buffer_t);  // may be null
};

struct ggml_backend_buffer {
    ggml_backend_buffer_i iface;
    ggml_backend_buffer_type_t buft;
    void * context;
    size_t size;
    ggml_backend_buffer_usage usage;
};

extern "C" {
GGML_API ggml_backend_buffer_t ggml_backend_buffer_init(ggml_backend_buffer_type_t,
                                                        ggml_backend_buffer_i, void * context,
                                                        size_t size);
}

// Something that computes graphs, one after the other.
struct ggml_backend_i {
    const char * (*get_name)(ggml_backend_t);
    void (*free)(ggml_backend_t);
    // What runs beside the caller, and plans: all of it may be null.
    void * set_tensor_async;
    void * get_tensor_async;
    void * set_tensor_2d_async;
    void * get_tensor_2d_async;
    void * cpy_tensor_async;
    void * synchronize;
    void * graph_plan_create;
    void * graph_plan_free;
    void * graph_plan_update;
    void * graph_plan_compute;
    ggml_status (*graph_compute)(ggml_backend_t, ggml_cgraph *);
    void * event_record;    // may be null
    void * event_wait;      // may be null
    void * graph_optimize;  // may be null
};

struct ggml_backend {
    ggml_guid_t guid;
    ggml_backend_i iface;
    ggml_backend_dev_t device;
    void * context;
};

// What there is to compute on.
struct ggml_backend_device_i {
    const char * (*get_name)(ggml_backend_dev_t);
    const char * (*get_description)(ggml_backend_dev_t);
    void (*get_memory)(ggml_backend_dev_t, size_t * free, size_t * total);
    enum ggml_backend_dev_type (*get_type)(ggml_backend_dev_t);
    void (*get_props)(ggml_backend_dev_t, ggml_backend_dev_props *);
    ggml_backend_t (*init_backend)(ggml_backend_dev_t, const char * params);
    ggml_backend_buffer_type_t (*get_buffer_type)(ggml_backend_dev_t);
    void * get_host_buffer_type;  // may be null
    void * buffer_from_host_ptr;  // may be null
    bool (*supports_op)(ggml_backend_dev_t, const ggml_tensor *);
    bool (*supports_buft)(ggml_backend_dev_t, ggml_backend_buffer_type_t);
    void * offload_op;         // may be null
    void * event_new;          // may be null
    void * event_free;         // may be null
    void * event_synchronize;  // may be null
};

struct ggml_backend_device {
    ggml_backend_device_i iface;
    ggml_backend_reg_t reg;
    void * context;
};

// The library as a whole.
struct ggml_backend_reg_i {
    const char * (*get_name)(ggml_backend_reg_t);
    size_t (*get_device_count)(ggml_backend_reg_t);
    ggml_backend_dev_t (*get_device)(ggml_backend_reg_t, size_t index);
    void * (*get_proc_address)(ggml_backend_reg_t, const char * name);  // may be null
};

struct ggml_backend_reg {
    int api_version;
    ggml_backend_reg_i iface;
    void * context;
};
