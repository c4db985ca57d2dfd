#include "generator/generate.h"

#include <string>

#include "absl/strings/str_cat.h"
#include "base/grpc_status.h"
#include "base/log.h"
#include "base/metrics.h"
#include "base/status_macros.h"
#include "generator/citation/verify.h"
#include "generator/validate.h"

namespace footnote {
namespace {

absl::StatusOr<const Writer*> FindWriter(const Writers& writers,
                                         absl::string_view name) {
  if (name.empty()) return writers.front().get();
  for (const auto& writer : writers) {
    if (writer->name() == name) return writer.get();
  }
  absl::Status status =
      absl::NotFoundError(absl::StrCat("writer \"", name,
                                       "\": no such writer, want one of "
                                       "ListWriters, such as \"",
                                       writers.front()->name(), "\""));
  SetErrorReason("WRITER_NOT_FOUND", &status);
  return status;
}

}  // namespace

absl::StatusOr<v1::Draft> Generate(const v1::GenerateRequest& request,
                                   const Writers& writers,
                                   const std::function<bool()>& is_cancelled) {
  RETURN_IF_ERROR(ValidateGenerate(request));
  ASSIGN_OR_RETURN(const Writer* const writer,
                   FindWriter(writers, request.writer()));
  ASSIGN_OR_RETURN(v1::Draft draft, writer->Write(request, is_cancelled));
  // A writer may be wrong; a citation may not.
  const int dropped = KeepOnlyFound(request.passages(), &draft);
  if (dropped > 0) {
    Count("dropped_sentences", writer->name(), dropped);
    Log(Severity::kWarning, "sentences without a source dropped",
        {{"writer", std::string(writer->name())},
         {"sentences", absl::StrCat(dropped)}});
  }
  draft.set_writer(std::string(writer->name()));
  draft.set_deterministic(writer->is_deterministic());
  return draft;
}

}  // namespace footnote
