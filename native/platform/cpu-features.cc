#include "cpu-features.h"

#include <cstdint>

#if defined(__x86_64__) || defined(_M_X64)
#if defined(_MSC_VER)
#include <intrin.h>
#else
#include <cpuid.h>
#endif
#endif

namespace logits {
namespace {

#if defined(__x86_64__) || defined(_M_X64)

struct CpuidResult {
  uint32_t eax, ebx, ecx, edx;
};

CpuidResult cpuid(uint32_t leaf, uint32_t subleaf) {
  CpuidResult r = {};
#if defined(_MSC_VER)
  int registers[4];
  __cpuidex(registers, static_cast<int>(leaf), static_cast<int>(subleaf));
  r = {static_cast<uint32_t>(registers[0]), static_cast<uint32_t>(registers[1]),
       static_cast<uint32_t>(registers[2]), static_cast<uint32_t>(registers[3])};
#else
  __cpuid_count(leaf, subleaf, r.eax, r.ebx, r.ecx, r.edx);
#endif
  return r;
}

// XCR0: the register states that the operating system saves. An AVX bit in cpuid alone does not
// allow AVX instructions.
uint64_t saved_states() {
#if defined(_MSC_VER)
  return _xgetbv(0);
#else
  uint32_t low;
  uint32_t high;
  __asm__ volatile("xgetbv" : "=a"(low), "=d"(high) : "c"(0));
  return (static_cast<uint64_t>(high) << 32) | low;
#endif
}

constexpr bool has_all(uint64_t bits, uint64_t wanted) { return (bits & wanted) == wanted; }

// The size of the largest level that this leaf describes, 0 for none.
int64_t cache_bytes(uint32_t leaf) {
  int64_t bytes = 0;
  for (uint32_t subleaf = 0; subleaf < 16; ++subleaf) {
    const CpuidResult r = cpuid(leaf, subleaf);
    if ((r.eax & 0x1f) == 0) break;  // no more of them
    const int64_t ways = (r.ebx >> 22) + 1;
    const int64_t partitions = ((r.ebx >> 12) & 0x3ff) + 1;
    const int64_t line = (r.ebx & 0xfff) + 1;
    const int64_t size = ways * partitions * line * (static_cast<int64_t>(r.ecx) + 1);
    if (size > bytes) bytes = size;
  }
  return bytes;
}

// Intel's leaf, which AMD leaves empty, or AMD's with the same fields (AMD64 Architecture
// Programmer's Manual, volume 3, E.4.15).
int64_t cache_bytes() {
  const int64_t bytes = cache_bytes(4);
  constexpr uint32_t kAmdLeaf = 0x8000001d;
  return bytes == 0 && cpuid(0x80000000, 0).eax >= kAmdLeaf ? cache_bytes(kAmdLeaf) : bytes;
}

// Bit positions: Intel 64 and IA-32 Architectures Software Developer's Manual, volume 2A, CPUID.
CpuFeatures detect() {
  CpuFeatures features = {};
  if (cpuid(0, 0).eax < 7) return features;
  constexpr uint32_t kFma = 1u << 12;
  constexpr uint32_t kOsxsave = 1u << 27;
  constexpr uint32_t kAvx = 1u << 28;
  constexpr uint32_t kF16c = 1u << 29;
  if (!has_all(cpuid(1, 0).ecx, kFma | kOsxsave | kAvx | kF16c)) return features;

  constexpr uint64_t kXmmYmm = 0x06;
  constexpr uint64_t kOpmaskZmm = 0xe0;
  const uint64_t saved = saved_states();
  const uint32_t extended = cpuid(7, 0).ebx;
  constexpr uint32_t kAvx2 = 1u << 5;
  constexpr uint32_t kAvx512 = (1u << 16) | (1u << 17) | (1u << 30) | (1u << 31);  // F DQ BW VL
  features.avx2 = has_all(saved, kXmmYmm) && has_all(extended, kAvx2);
  features.cache_bytes = cache_bytes();
  features.avx512 = features.avx2 && has_all(saved, kOpmaskZmm) && has_all(extended, kAvx512);
  return features;
}

#else

CpuFeatures detect() { return {}; }

#endif

}  // namespace

const CpuFeatures& cpu_features() {
  static const CpuFeatures features = detect();
  return features;
}

}  // namespace logits
