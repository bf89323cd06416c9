#include "panels.h"

#include <algorithm>
#include <cstring>
#include <vector>

namespace codegen {
namespace {

// The rows of one panel as they are in the file, and how they meet a range of bytes of the tensor.
struct PanelRows {
    std::vector<uint8_t> bytes;  // always 32 rows; those beyond the tensor's end are zeros
    int64_t begin, end;          // bytes of the tensor that this panel holds

    PanelRows(const Format & f, int64_t k, int64_t n, int64_t panel)
        : bytes(kColumns * f.row_bytes(k)),
          begin(panel * kColumns * f.row_bytes(k)),
          end(std::min((panel + 1) * kColumns, n) * f.row_bytes(k)) {}
};

void unpack(const Format & f, int64_t k, const uint8_t * panel, PanelRows & rows) {
    for (int64_t i = 0; i < k / f.depth; ++i) {
        f.unpack(panel + i * f.record_bytes, rows.bytes.data() + i * f.block_bytes, f.row_bytes(k));
    }
}

void pack(const Format & f, int64_t k, const PanelRows & rows, uint8_t * panel) {
    for (int64_t i = 0; i < k / f.depth; ++i) {
        f.pack(rows.bytes.data() + i * f.block_bytes, f.row_bytes(k), panel + i * f.record_bytes);
    }
}

}  // namespace

void write_panels(const Format & f, int64_t k, int64_t n, uint8_t * panels, const void * data,
                  int64_t offset, int64_t size) {
    if (size <= 0) return;
    const int64_t panel_rows_bytes = kColumns * f.row_bytes(k);
    const int64_t first = offset / panel_rows_bytes, last = (offset + size - 1) / panel_rows_bytes;
    const auto * from = static_cast<const uint8_t *>(data);
#pragma omp parallel for schedule(dynamic) if (last - first > 8)
    for (int64_t p = first; p <= last; ++p) {
        PanelRows rows(f, k, n, p);
        uint8_t * panel = panels + p * f.panel_bytes(k);
        const int64_t begin = std::max(offset, rows.begin), end = std::min(offset + size, rows.end);
        if (begin > rows.begin || end < rows.end) {
            unpack(f, k, panel, rows);
            // Packed zeros of columns that do not exist unpack to something else than zeros.
            std::fill(rows.bytes.begin() + (rows.end - rows.begin), rows.bytes.end(), uint8_t{0});
        }
        std::memcpy(rows.bytes.data() + (begin - rows.begin), from + (begin - offset), end - begin);
        pack(f, k, rows, panel);
    }
}

void read_panels(const Format & f, int64_t k, int64_t n, const uint8_t * panels, void * data,
                 int64_t offset, int64_t size) {
    if (size <= 0) return;
    const int64_t panel_rows_bytes = kColumns * f.row_bytes(k);
    const int64_t first = offset / panel_rows_bytes, last = (offset + size - 1) / panel_rows_bytes;
    auto * to = static_cast<uint8_t *>(data);
    for (int64_t p = first; p <= last; ++p) {
        PanelRows rows(f, k, n, p);
        unpack(f, k, panels + p * f.panel_bytes(k), rows);
        const int64_t begin = std::max(offset, rows.begin), end = std::min(offset + size, rows.end);
        std::memcpy(to + (begin - offset), rows.bytes.data() + (begin - rows.begin), end - begin);
    }
}

}  // namespace codegen
