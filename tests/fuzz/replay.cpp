// Runs a fuzz target over files, so that what once failed is tried in every build, with or without
// libFuzzer. With --mutate each file is tried with every byte changed in ten ways: each bit
// flipped, all zeros, all ones.
#include <cstdint>
#include <cstdio>
#include <cstring>
#include <filesystem>
#include <fstream>
#include <iterator>
#include <vector>

extern "C" int LLVMFuzzerTestOneInput(const std::uint8_t* data, std::size_t size);

namespace {

using Bytes = std::vector<std::uint8_t>;

void run(const Bytes& bytes) { LLVMFuzzerTestOneInput(bytes.data(), bytes.size()); }

void mutate(Bytes bytes) {
  for (std::uint8_t& byte : bytes) {
    const std::uint8_t sound = byte;
    for (int way = 0; way < 10; ++way) {
      byte = way < 8    ? static_cast<std::uint8_t>(sound ^ (1 << way))
             : way == 8 ? std::uint8_t{0}
                        : std::uint8_t{255};
      if (byte != sound) run(bytes);
    }
    byte = sound;
  }
}

void replay(const std::filesystem::path& path, bool mutations) {
  std::ifstream file(path, std::ios::binary);
  const Bytes bytes((std::istreambuf_iterator<char>(file)), {});
  // Named before it runs: a crash says which file it was.
  std::printf("%s\n", path.c_str());
  std::fflush(stdout);
  run(bytes);
  if (mutations) mutate(bytes);
}

}  // namespace

int main(int argc, char** argv) {
  int files = 0;
  const bool mutations = argc > 1 && std::strcmp(argv[1], "--mutate") == 0;
  for (int i = mutations ? 2 : 1; i < argc; ++i) {
    std::error_code error;
    if (!std::filesystem::is_directory(argv[i], error)) {
      replay(argv[i], mutations);
      ++files;
      continue;
    }
    for (auto it = std::filesystem::recursive_directory_iterator(argv[i], error);
         !error && it != std::filesystem::recursive_directory_iterator(); it.increment(error)) {
      std::error_code kind;
      if (!it->is_regular_file(kind)) continue;
      replay(it->path(), mutations);
      ++files;
    }
  }
  std::printf("%d files\n", files);
  return files == 0 ? 1 : 0;
}
