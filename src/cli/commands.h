// The commands of the program `tare`. Each takes its words, prints to standard output what was
// asked for and to standard error what went wrong, and returns the exit code: 0 done, 1 failed, 2
// not understood.
#pragma once

#include <span>
#include <string>

#include "base/result.h"

namespace tare::cli {

class Isolation;

int run_command(std::span<const std::string> words);
int inspect_command(std::span<const std::string> words);
int benchmark_command(std::span<const std::string> words);
int verify_command(std::span<const std::string> words, Isolation& isolation);

// Chooses the command; `words` without the program's name.
int run_program(std::span<const std::string> words, Isolation& isolation);

// "tare: <where>: <message>" on standard error; returns 1.
int report_error(const Error& error);
// Prints the usage; returns 0.
int show_usage(const std::string& usage);
// An error with the command's usage; returns 2.
int report_misuse(const Error& error, const std::string& usage);

}  // namespace tare::cli
