// The summing loop of long float32 rows, with the marks between which llvm-mca looks: one group of
// 64 elements. Compiled, never run.
#if defined(__AVX512F__)
#include "../../native/isa/avx512.h"
using Set = logits::Avx512;
#elif defined(__AVX2__)
#include "../../native/isa/avx2.h"
using Set = logits::Avx2;
#else
#include "../../native/isa/neon.h"
using Set = logits::Neon;
#endif
#include "../../native/kernels/rows/row.h"

using Row = logits::F32Row<Set, float, false>;
using Arithmetic = logits::Single<Set>;

double sum(const Row& row, int64_t classes, const logits::Reference& reference, uint32_t* bits) {
  const auto vectors = logits::broadcast_reference(row, reference);
  auto max_exponent_bits = Set::broadcast_bits(0);
  logits::GroupSums<Arithmetic> sums;
  for (int64_t at = 0; at < classes; at += logits::kGroup) {
    __asm__ volatile("# LLVM-MCA-BEGIN group");
    row.prefetch(at, logits::kGroup);
    sums.add(logits::sum_group<Row, false, false>(row, at, vectors, max_exponent_bits, nullptr));
    __asm__ volatile("# LLVM-MCA-END");
  }
  Set::store_bits(bits, max_exponent_bits);
  return sums.total();
}
