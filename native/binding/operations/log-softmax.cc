#include "../same-shape.h"

namespace logits {

namespace at = arguments::logSoftmax;

const Operation logSoftmaxOperation =
    operation<SameShapeTask<&KernelTable::log_softmax, at::logits, at::out>>();

}  // namespace logits
