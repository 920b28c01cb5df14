// Suppression of overlapping boxes.
#include <limits>

#include "ir/facets.h"
#include "ops/non_max_suppression.h"
#include "ports/tf_node.h"

namespace tare {
namespace {

// Versions 1 to 5 differ in what they take and give.
template <int version>
void non_max_suppression(TfNode& n) {
  constexpr int kInputs = version == 1 ? 3 : version == 2 ? 4 : version == 5 ? 6 : 5;
  if (!n.expect(kInputs)) return;
  GraphBuilder& b = n.builder();
  std::vector<ValueId> inputs = n.all_inputs();
  if (version == 1)
    inputs.push_back(b.scalar_f32(static_cast<float>(n.number("iou_threshold", 0.5))));
  if (version <= 2) inputs.push_back(b.scalar_f32(-std::numeric_limits<float>::infinity()));
  const bool padded = version >= 4 && n.flag("pad_to_max_output_size", false);
  const int outputs = version <= 3 ? 1 : version == 4 ? 2 : 3;
  n.outputs(b.emit_n(NonMaxSuppression{.soft = version == 5, .padded = padded, .tensorflow = true},
                     inputs, outputs));
}

}  // namespace

extern const ReadTfFacet read_tf_non_max_suppression_v2{"NonMaxSuppressionV2",
                                                        non_max_suppression<2>};
extern const ReadTfFacet read_tf_non_max_suppression_v3{"NonMaxSuppressionV3",
                                                        non_max_suppression<3>};
extern const ReadTfFacet read_tf_non_max_suppression_v4{"NonMaxSuppressionV4",
                                                        non_max_suppression<4>};
extern const ReadTfFacet read_tf_non_max_suppression_v5{"NonMaxSuppressionV5",
                                                        non_max_suppression<5>};
extern const ReadTfFacet read_tf_non_max_suppression{"NonMaxSuppression", non_max_suppression<1>};
}  // namespace tare
