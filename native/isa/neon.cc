// The kernels, compiled for Neon.
#include "neon.h"

#include "../kernels/make-table.h"
#include "tables.h"

namespace logits {

extern const KernelTable kNeonTable = make_table<Neon>();

}  // namespace logits
