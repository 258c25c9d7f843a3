#include "softmax.h"

namespace logits {

namespace {

enum : size_t { kLogits = 1, kOut };
enum : size_t { kResults = 1, kUpstream, kGradient };

}  // namespace

SameShapeTask::SameShapeTask(const Call& given, Kernel KernelTable::*kernel)
    : kernel_(kernel),
      logits_(read_input(given, kLogits, "logits")),
      out_(read_output_like(given, kOut, "out", logits_, {}, {})) {
  set_layout_of_all(logits_.input.layout, 1);
  add_input(given, kLogits, logits_);
  add_results(given, kOut, out_, logits_.input);
}

void SameShapeTask::compute(const KernelTable& kernels, const Share& share,
                            const Moves& moves) const {
  (kernels.*kernel_)(moves.of(logits_.input, 0), moves.of(out_, 1), share);
}

napi_value SameShapeTask::finish(Napi::Env /* env */, void* /* out */) { return nullptr; }

SameShapeGradientTask::SameShapeGradientTask(const Call& given, Kernel KernelTable::*kernel,
                                             const char* results_name)
    : kernel_(kernel),
      results_(read_input(given, kResults, results_name)),
      upstream_(read_input_like(given, kUpstream, "upstream", results_.input)),
      out_(read_output_like(given, kGradient, "out", results_, {&upstream_.view}, {})) {
  constexpr int64_t kCost = 4;
  set_layout_of_all(results_.input.layout, kCost);
  add_input(given, kResults, results_);
  add_input(given, kUpstream, upstream_);
  add_results(given, kGradient, out_, results_.input);
}

void SameShapeGradientTask::compute(const KernelTable& kernels, const Share& share,
                                    const Moves& moves) const {
  (kernels.*kernel_)(moves.of(results_.input, 0), moves.of(upstream_.input, 1), moves.of(out_, 2),
                     share);
}

napi_value SameShapeGradientTask::finish(Napi::Env /* env */, void* /* out */) { return nullptr; }

}  // namespace logits
