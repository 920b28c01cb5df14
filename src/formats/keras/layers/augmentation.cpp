// Augmentation: what changes images at random while a model is trained, and leaves them alone
// afterwards.
#include "ir/facets.h"
#include "ops/compose.h"
#include "ports/keras_layer.h"

namespace tare {
namespace {

void read_augmentation(KerasLayer& layer) {
  if (!layer.expect(1, INT32_MAX)) return;
  Compose g(layer.builder());
  const bool converts = is_float(layer.compute_type());
  for (int i = 0; i < layer.inputs(); ++i) {
    const ValueId x = layer.input(i);
    layer.output(converts ? g.cast(x, layer.compute_type()) : x, layer.mask(i));
  }
}

// Those that hand images of integers through; in Keras 2 only those that change the size.
void read_kept_augmentation(KerasLayer& layer) {
  const bool resizes = layer.class_name() == "RandomHeight" || layer.class_name() == "RandomWidth";
  if (layer.generation() == 2 && !resizes) return read_augmentation(layer);
  if (!layer.expect(1, INT32_MAX)) return;
  for (int i = 0; i < layer.inputs(); ++i) layer.output(layer.input(i), layer.mask(i));
}

// Layers one after the other, of which some may act at inference.
void read_pipeline(KerasLayer& layer) {
  if (!layer.expect(1, 1)) return;
  const Json layers = layer.config("layers");
  if (!layer.require(layers.is_array() && layers.size() <= 4096, "layers: expected an array"))
    return;
  KerasTensor x = layer.tensor();
  int number = 0;
  for (const Json serialized : layers) {
    KerasObject& inner = layer.child("layers/" + std::to_string(number++), serialized);
    if (!layer.ok()) return;
    const auto outputs =
        layer.call_child(inner, {.positional = {KerasArgument::of(x)}, .named = {}});
    if (outputs.empty()) return;
    x = outputs[0];
  }
  layer.output(x.value, x.mask);
}

}  // namespace

extern const ReadKerasFacet read_keras_aug_mix{"AugMix", read_augmentation};
extern const ReadKerasFacet read_keras_cut_mix{"CutMix", read_augmentation};
extern const ReadKerasFacet read_keras_mix_up{"MixUp", read_kept_augmentation};
extern const ReadKerasFacet read_keras_rand_augment{"RandAugment", read_augmentation};
extern const ReadKerasFacet read_keras_random_brightness{"RandomBrightness",
                                                         read_kept_augmentation};
extern const ReadKerasFacet read_keras_random_color_degeneration{"RandomColorDegeneration",
                                                                 read_kept_augmentation};
extern const ReadKerasFacet read_keras_random_color_jitter{"RandomColorJitter",
                                                           read_kept_augmentation};
extern const ReadKerasFacet read_keras_random_contrast{"RandomContrast", read_kept_augmentation};
extern const ReadKerasFacet read_keras_random_elastic_transform{"RandomElasticTransform",
                                                                read_augmentation};
extern const ReadKerasFacet read_keras_random_erasing{"RandomErasing", read_augmentation};
extern const ReadKerasFacet read_keras_random_flip{"RandomFlip", read_augmentation};
extern const ReadKerasFacet read_keras_random_gaussian_blur{"RandomGaussianBlur",
                                                            read_augmentation};
extern const ReadKerasFacet read_keras_random_grayscale{"RandomGrayscale", read_kept_augmentation};
extern const ReadKerasFacet read_keras_random_height{"RandomHeight", read_kept_augmentation};
extern const ReadKerasFacet read_keras_random_hue{"RandomHue", read_kept_augmentation};
extern const ReadKerasFacet read_keras_random_invert{"RandomInvert", read_kept_augmentation};
extern const ReadKerasFacet read_keras_random_perspective{"RandomPerspective", read_augmentation};
extern const ReadKerasFacet read_keras_random_posterization{"RandomPosterization",
                                                            read_kept_augmentation};
extern const ReadKerasFacet read_keras_random_rotation{"RandomRotation", read_augmentation};
extern const ReadKerasFacet read_keras_random_saturation{"RandomSaturation",
                                                         read_kept_augmentation};
extern const ReadKerasFacet read_keras_random_sharpness{"RandomSharpness", read_augmentation};
extern const ReadKerasFacet read_keras_random_shear{"RandomShear", read_augmentation};
extern const ReadKerasFacet read_keras_random_translation{"RandomTranslation", read_augmentation};
extern const ReadKerasFacet read_keras_random_width{"RandomWidth", read_kept_augmentation};
extern const ReadKerasFacet read_keras_random_zoom{"RandomZoom", read_augmentation};
extern const ReadKerasFacet read_keras_solarization{"Solarization", read_augmentation};
extern const ReadKerasFacet read_keras_equalization{"Equalization", read_kept_augmentation};
extern const ReadKerasFacet read_keras_pipeline{"Pipeline", read_pipeline};

}  // namespace tare
