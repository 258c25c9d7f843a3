#include "../same-shape.h"

namespace logits {

namespace at = arguments::softmax;

const Operation softmaxOperation =
    operation<SameShapeTask<&KernelTable::softmax, at::logits, at::out>>();

}  // namespace logits
