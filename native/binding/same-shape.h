// softmax and logSoftmax: a kernel that makes of each element another.
#pragma once

#include "operation.h"

namespace logits {

template <auto kernel, size_t logits, size_t out>
class SameShapeTask : public Task {
 public:
  explicit SameShapeTask(const Call& given)
      : logits_(read_input(given, logits)), out_(read_output_like(given, out, logits_, {}, {})) {
    set_layout_of_all(logits_.input.layout, 1);
    add_input(given, logits_);
    add_results(given, out, out_, logits_.input);
  }

  void compute(const KernelTable& kernels, const Share& share, const Moves& moves) const override {
    (kernels.*kernel)(moves.of(logits_.input, logits), moves.of(out_, out), share);
  }

 private:
  InputView logits_;
  Output out_;
};

}  // namespace logits
