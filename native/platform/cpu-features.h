// What the processor and the operating system allow, asked once.
#pragma once

#include <cstdint>

namespace logits {

struct CpuFeatures {
  bool avx2;            // AVX2, FMA and F16C, and the system saves 256-bit registers
  bool avx512;          // AVX-512 F, BW, DQ and VL besides, and the system saves 512-bit registers
  int64_t cache_bytes;  // of the last level of caches; 0 where the processor does not say
};

const CpuFeatures& cpu_features();

}  // namespace logits
