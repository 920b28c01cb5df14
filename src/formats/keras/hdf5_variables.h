// Variables that are datasets of an HDF5 file.
#pragma once

#include <memory>
#include <vector>

#include "formats/keras/hdf5/hdf5.h"
#include "formats/keras/weight_store.h"

namespace tare {

class Hdf5Variables : public KerasVariables {
 public:
  explicit Hdf5Variables(std::shared_ptr<Hdf5File> file) : file_(std::move(file)) {}
  void add(Hdf5File::Address dataset) { datasets_.push_back(dataset); }

  Result<TensorType> type(std::size_t entry) override {
    const TensorType type = file_->dataset_type(datasets_[entry]);
    if (!file_->ok()) return file_->error();
    return type;
  }
  Result<TensorValue> read(std::size_t entry) override {
    TensorValue value = file_->read(datasets_[entry]);
    if (!file_->ok()) return file_->error();
    return value;
  }

 private:
  std::shared_ptr<Hdf5File> file_;
  std::vector<Hdf5File::Address> datasets_;
};

}  // namespace tare
