#include "device.h"

#include <atomic>
#include <cstring>

#include "attention.h"
#include "backend.h"
#include "finish.h"
#include "weights.h"

namespace codegen {
namespace {

const Kernels * used = nullptr;
std::atomic<bool> enabled{false}, attending{false};

const char * get_name(ggml_backend_dev_t) {
    return "CODEGEN";
}

const char * get_description(ggml_backend_dev_t) {
    return used->name;
}

void get_memory(ggml_backend_dev_t, size_t * free, size_t * total) {
    *free = *total = 0;  // none of its own
}

enum ggml_backend_dev_type get_type(ggml_backend_dev_t) {
    return GGML_BACKEND_DEVICE_TYPE_ACCEL;
}

void get_props(ggml_backend_dev_t device, ggml_backend_dev_props * props) {
    *props = {};
    props->name = get_name(device);
    props->description = get_description(device);
    props->type = get_type(device);
}

ggml_backend_t init_backend(ggml_backend_dev_t, const char *) {
    return new_backend();
}

ggml_backend_buffer_type_t packed(ggml_backend_dev_t) {
    return weights_buffer_type();
}

ggml_backend_buffer_type_t plain(ggml_backend_dev_t) {
    return ggml_backend_cpu_buffer_type();
}

// Types with a kernel that is faster than llama.cpp's own. F32 is here for adapters alone.
bool worth_packing(const ggml_tensor * weights) {
    Type type;
    return packed_type(weights, &type) && type != Type::F32;
}

bool can_multiply(const ggml_tensor * op) {
    const ggml_tensor * weights = op->src[0], * x = op->src[1];
    return holds_weights(weights) && !weights->view_src && weights->ne[2] == 1 &&
           weights->ne[3] == 1 && x->type == GGML_TYPE_F32 && x->nb[0] == sizeof(float) &&
           op->type == GGML_TYPE_F32 && ggml_is_contiguous(op) && !holds_weights(x);
}

bool supports_op(ggml_backend_dev_t, const ggml_tensor * op) {
    if (op->op == GGML_OP_NONE) return holds_weights(op);
    if (op->op == GGML_OP_FLASH_ATTN_EXT) {
        const ggml_tensor * weights = query_weights(op);
        return weights && attends(weights) && can_attend(op);
    }
    if (adds_bias(op) || is_gelu(op)) return true;
    if (op->op != GGML_OP_MUL_MAT || !can_multiply(op)) return false;
    // While a model is loaded llama.cpp asks with a weight that has no data yet. Those of an
    // adapter are put beside the weight that they change without asking, whatever their type.
    const ggml_tensor * weights = op->src[0];
    return weights->data != nullptr || (enabled && worth_packing(weights));
}

bool supports_buft(ggml_backend_dev_t, ggml_backend_buffer_type_t type) {
    return type == weights_buffer_type() || ggml_backend_buft_is_host(type);
}

ggml_backend_device_i functions(ggml_backend_buffer_type_t (*buffer_type)(ggml_backend_dev_t)) {
    ggml_backend_device_i f{};
    f.get_name = get_name;
    f.get_description = get_description;
    f.get_memory = get_memory;
    f.get_type = get_type;
    f.get_props = get_props;
    f.init_backend = init_backend;
    f.get_buffer_type = buffer_type;
    f.supports_op = supports_op;
    f.supports_buft = supports_buft;
    return f;
}

size_t device_count(ggml_backend_reg_t) {
    return 1;
}

ggml_backend_dev_t get_device(ggml_backend_reg_t, size_t) {
    return registered_device();
}

const char * registry_name(ggml_backend_reg_t) {
    return "CODEGEN";
}

void * get_proc_address(ggml_backend_reg_t, const char * name) {
    if (std::strcmp(name, "ggml_backend_set_n_threads") == 0) {
        return reinterpret_cast<void *>(set_threads);
    }
    if (std::strcmp(name, "ggml_backend_set_abort_callback") == 0) {
        return reinterpret_cast<void *>(set_abort_callback);
    }
    return nullptr;
}

}  // namespace

ggml_backend_dev_t registered_device() {
    static ggml_backend_device device{functions(packed), registry(), nullptr};
    return &device;
}

ggml_backend_dev_t computing_device() {
    static ggml_backend_device device{functions(plain), registry(), nullptr};
    return &device;
}

ggml_backend_reg_t registry() {
    static ggml_backend_reg reg{
        kBackendApiVersion,
        {registry_name, device_count, get_device, get_proc_address},
        nullptr,
    };
    return &reg;
}

void use_kernels(const Kernels * kernels) {
    used = kernels;
}

const Kernels & kernels_in_use() {
    return *used;
}

void set_enabled(bool products, bool attention) {
    enabled = products;
    attending = products && attention;
}

bool attention_wanted() {
    return attending;
}

}  // namespace codegen
