#include "dispatch.h"

#include <cstring>

#include "../platform/cpu-features.h"
#include "tables.h"

namespace logits {
namespace {

// One row per instruction set: name, need, table. The order is the preference.
struct Candidate {
  KernelSet set;
  bool CpuFeatures::*needs;  // null: runs anywhere
};

const Candidate kCandidates[] = {
#if defined(LOGITS_ARM64)
    // All there is: every system for arm64 asks for NEON, and another set would double the file.
    {{"neon", &kNeonTable}, nullptr},
#else
#if defined(LOGITS_X64)
    {{"avx512", &kAvx512Table}, &CpuFeatures::avx512},
    {{"avx2", &kAvx2Table}, &CpuFeatures::avx2},
#endif
    {{"scalar", &kScalarTable}, nullptr},
#endif
};

constexpr int kMost = sizeof kCandidates / sizeof kCandidates[0];

struct Available {
  KernelSet sets[kMost];
  int count = 0;

  Available() {
    for (const Candidate& candidate : kCandidates) {
      if (candidate.needs == nullptr || cpu_features().*candidate.needs) {
        sets[count++] = candidate.set;
      }
    }
  }
};

}  // namespace

const KernelSet* available_sets(int& count) {
  static const Available available;
  count = available.count;
  return available.sets;
}

const KernelSet* find_set(const char* name) {
  int count;
  const KernelSet* sets = available_sets(count);
  for (int i = 0; i < count; ++i) {
    if (std::strcmp(sets[i].name, name) == 0) return &sets[i];
  }
  return nullptr;
}

}  // namespace logits
