// The kernels, compiled for Avx2.
#include "avx2.h"

#include "../kernels/make-table.h"
#include "tables.h"

#if !defined(_MSC_VER) && !(defined(__AVX2__) && defined(__FMA__) && defined(__F16C__))
#error "compile this file with AVX2, FMA and F16C: see binding.gyp"
#endif

namespace logits {

extern const KernelTable kAvx2Table = make_table<Avx2>();

}  // namespace logits
