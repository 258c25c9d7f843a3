// The kernels, compiled for Scalar.
#include "scalar.h"

#include "../kernels/make-table.h"
#include "tables.h"

namespace logits {

extern const KernelTable kScalarTable = make_table<Scalar>();

}  // namespace logits
