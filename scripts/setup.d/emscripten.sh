emcc_is_new_enough() { return 1; }
install_emscripten() { :; }
emscripten_toolchain_lines() { :; }
