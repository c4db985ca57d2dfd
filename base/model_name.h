// What people call a model on the command line.
#ifndef FOOTNOTE_BASE_MODEL_NAME_H_
#define FOOTNOTE_BASE_MODEL_NAME_H_

#include <string>

#include "absl/strings/string_view.h"

namespace footnote {

// The name of the model `name_or_path`. Where it is a path, its folder becomes
// this process's folder of models (the environment variable FOOTNOTE_MODELS),
// so that the rooms of the process find it by that name.
std::string UseModel(absl::string_view name_or_path);

}  // namespace footnote

#endif  // FOOTNOTE_BASE_MODEL_NAME_H_
