// What the processor and the operating system allow, asked once.
#pragma once

namespace logits {

struct CpuFeatures {
  bool avx2;    // AVX2, FMA and F16C, and the system saves 256-bit registers
  bool avx512;  // AVX-512 F, BW, DQ and VL besides, and the system saves 512-bit registers
  bool neon;
};

const CpuFeatures& cpu_features();

}  // namespace logits
