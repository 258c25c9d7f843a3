// Runs every kernel of every instruction set on memory that ends where reading or writing faults:
// arrays flush with an unreadable page, and unreadable rows that are to be ignored. A fault ends
// the process; guard values in JavaScript's memory would not notice a read. Prints one line a set.
//
//   main [page]      without an argument all checks; with one, reads behind an array (must fault)
#include <sys/mman.h>
#include <unistd.h>

#include <cstdint>
#include <cstdio>
#include <cstdlib>
#include <vector>

#include "../../../native/isa/dispatch.h"
#include "../../../native/kernel-table.h"

using namespace logits;

namespace {

const int64_t kPage = sysconf(_SC_PAGESIZE);

// Memory of some bytes that ends (or begins) at an unreadable page.
class Fenced {
 public:
  Fenced(int64_t bytes, bool at_end) {
    const int64_t inside = (bytes + kPage - 1) / kPage * kPage + kPage;
    size_ = inside + 2 * kPage;
    base_ = static_cast<char*>(mmap(nullptr, size_, PROT_NONE, MAP_PRIVATE | MAP_ANONYMOUS, -1, 0));
    if (base_ == MAP_FAILED || mprotect(base_ + kPage, inside, PROT_READ | PROT_WRITE) != 0) {
      std::perror("mmap");
      std::exit(2);
    }
    data_ = at_end ? base_ + kPage + inside - bytes : base_ + kPage;
  }
  ~Fenced() { munmap(base_, size_); }
  Fenced(const Fenced&) = delete;
  Fenced& operator=(const Fenced&) = delete;
  char* data() const { return data_; }

 private:
  char* base_;
  char* data_;
  int64_t size_;
};

void fill(const Input& input, int64_t elements) {
  for (int64_t i = 0; i < elements; ++i) {
    const double value = static_cast<double>((i * 37) % 23) / 4 - 3;
    void* data = const_cast<void*>(input.data);
    switch (input.element) {
      case Element::float64:
        static_cast<double*>(data)[i] = value;
        break;
      case Element::float32:
        static_cast<float*>(data)[i] = static_cast<float>(value);
        break;
      default:  // small normal numbers of both types
        static_cast<uint16_t*>(data)[i] = static_cast<uint16_t>(0x3c00 + (i * 37) % 64);
    }
  }
}

// All that is read off the rows, with the targets or without; every result has a fence of its own.
void run_score(const KernelTable& kernels, const Input& logits, const uint32_t* targets,
               bool double_results, bool at_end) {
  const int64_t rows = logits.layout.rows();
  const int64_t classes = logits.layout.classes;
  const int64_t lane = double_results ? 8 : 4;
  const int64_t top = classes < 5 ? classes : 5;
  const int64_t ids_per_row = 2;
  std::vector<uint32_t> ids(static_cast<size_t>(rows * ids_per_row));
  for (size_t i = 0; i < ids.size(); ++i) ids[i] = static_cast<uint32_t>((i * 5) % classes);
  std::vector<float> scratch(kScratchFloats);
  const Share share = {0, rows, scratch.data(), nullptr};
  const Fenced numbers[] = {{rows * lane, at_end}, {rows * lane, at_end}, {rows * lane, at_end},
                            {rows * lane, at_end}, {rows * lane, at_end}, {rows * lane, at_end},
                            {rows * lane, at_end}};
  const Fenced predictions(rows * 4, at_end);
  const Fenced ranks(rows * 4, at_end);
  const Fenced top_classes(rows * top * 4, at_end);
  const Fenced top_log_probs(rows * top * lane, at_end);
  const Fenced id_log_probs(rows * ids_per_row * lane, at_end);
  for (const Ties ties : {Ties::min, Ties::max, Ties::index}) {
    ScoreCall call = {};
    call.logits = logits;
    call.targets = targets;
    call.ties = ties;
    call.double_results = double_results;
    call.log_sum_exps = numbers[0].data();
    call.predictions = reinterpret_cast<int32_t*>(predictions.data());
    call.max_log_probs = numbers[1].data();
    if (targets) {
      call.log_probs = numbers[2].data();
      call.ranks = reinterpret_cast<int32_t*>(ranks.data());
    }
    kernels.score(call, share);
    call.entropies = numbers[3].data();
    call.margins = numbers[4].data();
    call.confidences = numbers[5].data();
    call.square_distances = numbers[6].data();
    kernels.score(call, share);
    call.top = top;
    call.top_classes = reinterpret_cast<int32_t*>(top_classes.data());
    call.top_log_probs = top_log_probs.data();
    call.ids = ids.data();
    call.ids_per_row = ids_per_row;
    call.id_log_probs = id_log_probs.data();
    kernels.score(call, share);
  }
}

// All kernels on one layout; every array has a fence of its own.
void run_all(const KernelTable& kernels, Element element, const Layout& layout, double temperature,
             double softcap, bool at_end) {
  const int64_t elements = layout.elements();
  const int64_t rows = layout.rows();
  const int64_t lane = has_double_results(element) ? 8 : 4;
  const Fenced logits_memory(elements * size_of(element), at_end);
  const Fenced other_memory(elements * size_of(element), at_end);
  const Fenced out_memory(elements * lane, at_end);
  const Fenced row_memory(rows * lane, at_end);
  const Fenced losses_memory(rows * 8, at_end);
  const Fenced weight_memory(layout.classes * 8, at_end);
  const Fenced target_memory(elements * 4, at_end);
  std::vector<float> scratch(kScratchFloats);
  const Share share = {0, rows, scratch.data(), nullptr};
  std::vector<uint32_t> targets(static_cast<size_t>(rows));
  const Input logits = {logits_memory.data(), element, layout, temperature, softcap};
  Input others = logits;
  others.data = other_memory.data();
  const Input probabilities = {target_memory.data(), Element::float32, layout, 1, 0};
  const Output out = {out_memory.data(), layout.outer_stride};
  auto* losses = reinterpret_cast<double*>(losses_memory.data());
  auto* weight = reinterpret_cast<double*>(weight_memory.data());
  fill(logits, elements);
  fill(others, elements);
  fill(probabilities, elements);
  for (int64_t c = 0; c < layout.classes; ++c) weight[c] = 0.5 + static_cast<double>(c % 3);
  for (int64_t row = 0; row < rows; ++row) {
    targets[static_cast<size_t>(row)] =
        row % 5 == 4 ? kIgnoredRow : static_cast<uint32_t>((row * 7) % layout.classes);
  }

  kernels.softmax(logits, out, share);
  kernels.log_softmax(logits, out, share);
  kernels.log_sum_exp(logits, row_memory.data(), share);
  for (const double* factors :
       {static_cast<const double*>(nullptr), static_cast<const double*>(weight)}) {
    for (const double smoothing : {0.0, 0.1}) {
      for (const bool has_gradient : {false, true}) {
        CrossEntropyCall call = {};
        call.logits = logits;
        call.loss = {targets.data(), nullptr, factors, smoothing, smoothing};
        call.losses = losses;
        if (has_gradient) call.gradient = out;
        call.gradient_scale = 0.5;
        kernels.cross_entropy(call, share);
        call.loss.targets = nullptr;
        call.loss.probabilities = &probabilities;
        kernels.cross_entropy(call, share);
      }
    }
    kernels.nll_loss({logits, targets.data(), factors, losses}, share);
    BinaryCrossEntropyCall binary = {};
    binary.logits = logits;
    binary.targets = probabilities;
    binary.weight = binary.positive_weight = factors;
    binary.losses = out;
    binary.row_sums = losses;
    kernels.binary_cross_entropy(binary, share);
  }
  kernels.kl_divergence(logits, others, losses, share);
  kernels.softmax_gradient(logits, others, out, share);
  kernels.log_softmax_gradient(logits, others, out, share);
  run_score(kernels, logits, targets.data(), lane == 8, at_end);
  run_score(kernels, logits, nullptr, true, at_end);
}

const Element kElements[] = {Element::float32, Element::float64, Element::float16,
                             Element::bfloat16};

int run_lengths(const KernelTable& kernels) {
  int count = 0;
  for (const Element element : kElements) {
    for (int64_t classes = 1; classes <= 140; ++classes) {
      for (const bool at_end : {false, true}) {
        for (const int64_t inner : {int64_t{1}, int64_t{3}, int64_t{17}}) {
          if (inner > 1 && classes % 9 != 1) continue;
          const Layout layout = {2, classes, inner, classes * inner};
          run_all(kernels, element, layout, 1, 0, at_end);
          run_all(kernels, element, layout, 0.7, 0, at_end);
          if (classes % 5 == 0) run_all(kernels, element, layout, 1, 30, at_end);
          ++count;
        }
      }
    }
  }
  return count;
}

// Rows of one page each (or pages of rows side by side), every second one unreadable and ignored.
int run_ignored(const KernelTable& kernels) {
  int count = 0;
  for (const Element element : kElements) {
    const int64_t per_page = kPage / size_of(element);
    const int64_t lane = has_double_results(element) ? 8 : 4;
    for (const bool side_by_side : {false, true}) {
      const int64_t classes = side_by_side ? 5 : per_page;
      const Layout layout = side_by_side ? Layout{1, 5, 4 * per_page, 5 * 4 * per_page}
                                         : Layout{4, per_page, 1, per_page};
      const int64_t pages = side_by_side ? 4 * classes : 4;
      const Fenced memory(pages * kPage, true);
      const Input logits = {memory.data(), element, layout, 1, 0};
      fill(logits, pages * per_page);
      for (int64_t page = 1; page < pages; page += 2) {
        mprotect(memory.data() + page * kPage, kPage, PROT_NONE);
      }
      std::vector<char> gradient(static_cast<size_t>(layout.elements() * lane));
      std::vector<double> losses(static_cast<size_t>(layout.rows()));
      std::vector<double> weight(static_cast<size_t>(classes), 2.0);
      std::vector<float> scratch(kScratchFloats);
      const Share share = {0, layout.rows(), scratch.data(), nullptr};
      std::vector<uint32_t> targets(static_cast<size_t>(layout.rows()));
      for (int64_t row = 0; row < layout.rows(); ++row) {
        const int64_t page = side_by_side ? row / per_page : row;
        targets[static_cast<size_t>(row)] =
            page % 2 == 1 ? kIgnoredRow : static_cast<uint32_t>(row % classes);
      }
      for (const double smoothing : {0.0, 0.1}) {
        for (const double temperature : {1.0, 0.7, 1e30}) {
          for (const bool has_gradient : {false, true}) {
            CrossEntropyCall call = {};
            call.logits = logits;
            call.logits.temperature = temperature;
            call.loss = {targets.data(), nullptr, weight.data(), smoothing, smoothing};
            call.losses = losses.data();
            if (has_gradient) call.gradient = {gradient.data(), layout.outer_stride};
            call.gradient_scale = 1;
            kernels.cross_entropy(call, share);
            ++count;
          }
        }
      }
      kernels.nll_loss({logits, targets.data(), weight.data(), losses.data()}, share);
      run_score(kernels, logits, targets.data(), true, true);
      ++count;
    }
  }
  return count;
}

}  // namespace

int main(int argc, char**) {
  if (argc > 1) {
    const Fenced memory(4, true);
    return *reinterpret_cast<volatile float*>(memory.data() + 4) > 0 ? 0 : 1;
  }
  int count = 0;
  const KernelSet* sets = available_sets(count);
  for (int i = 0; i < count; ++i) {
    const int lengths = run_lengths(*sets[i].kernels);
    const int ignored = run_ignored(*sets[i].kernels);
    std::printf("%s: %d layouts, %d calls with ignored rows\n", sets[i].name, lengths, ignored);
  }
  return 0;
}
