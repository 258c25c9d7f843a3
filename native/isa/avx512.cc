// The kernels, compiled for Avx512.

// GCC 12 takes the deliberately undefined registers in its own intrinsics for a mistake (its bug
// 105593).
#if defined(__GNUC__) && !defined(__clang__)
#pragma GCC diagnostic ignored "-Wmaybe-uninitialized"
#pragma GCC diagnostic ignored "-Wuninitialized"
#endif

#include "avx512.h"

#include "../kernels/make-table.h"
#include "tables.h"

#if !defined(_MSC_VER) && !(defined(__AVX512F__) && defined(__AVX512BW__) && \
                            defined(__AVX512DQ__) && defined(__AVX512VL__) && defined(__F16C__))
#error "compile this file with AVX-512 F, BW, DQ, VL and F16C: see binding.gyp"
#endif

namespace logits {

extern const KernelTable kAvx512Table = make_table<Avx512>();

}  // namespace logits
