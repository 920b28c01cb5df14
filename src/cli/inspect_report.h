// A model described, for people and for programs.
#pragma once

#include <string>
#include <vector>

#include "api/model.h"

namespace tare::cli {

struct Inspection {
  const Model& model;
  std::string path;
  int signature = 0;
  std::vector<Shape> shapes;  // that it was prepared for
  Status prepared;            // when it is an error, placements and memory are not known
};

std::string inspection_text(const Inspection& inspection);
std::string inspection_json(const Inspection& inspection);

// "int8 [1,10] scale 0.00390625 zero point -128"
std::string type_text(const TensorType& type);

// "9.3 kB"
std::string size_text(std::uint64_t bytes);

}  // namespace tare::cli
