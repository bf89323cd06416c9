// Memory that grows and is kept, aligned for the widest vectors.
#pragma once

#include <cstdint>
#include <cstdlib>
#include <new>

namespace codegen {

class Workspace {
public:
    Workspace() = default;
    Workspace(const Workspace &) = delete;
    Workspace & operator=(const Workspace &) = delete;
    ~Workspace() { std::free(data_); }

    // Return at least `bytes` bytes; what was there before is lost. Throws std::bad_alloc.
    uint8_t * reserve(size_t bytes) {
        if (bytes > size_) {
            std::free(data_);
            size_ = 0;
            const size_t whole = (bytes + 4095) / 4096 * 4096;
            data_ = static_cast<uint8_t *>(std::aligned_alloc(4096, whole));
            if (!data_) throw std::bad_alloc();
            size_ = whole;
        }
        return data_;
    }

private:
    uint8_t * data_ = nullptr;
    size_t size_ = 0;
};

}  // namespace codegen
