// Merges against what numpy gave (testdata/make_golden.py).
#include "model/merge/merge.h"

#include <cstdlib>
#include <cstring>
#include <filesystem>
#include <fstream>
#include <memory>
#include <string>
#include <vector>

#include "absl/status/status.h"
#include "absl/strings/match.h"
#include "absl/strings/str_cat.h"
#include "absl/strings/str_join.h"
#include "base/file.h"
#include "gtest/gtest.h"
#include "model/weights/safetensors.h"
#include "simdjson.h"

namespace footnote {
namespace {

using Floats = std::vector<float>;

void IgnoreProgress(double) {}

class MergeTest : public testing::Test {
 protected:
  void SetUp() override {
    folder_ = absl::StrCat(
        testing::TempDir(), "/",
        testing::UnitTest::GetInstance()->current_test_info()->name());
    std::filesystem::remove_all(folder_);
    std::filesystem::create_directories(folder_);
  }

  std::string Path(absl::string_view name) const {
    return absl::StrCat(folder_, "/", name);
  }

  // A file with the one tensor `tensor`.
  void WriteTensor(const std::string& path, absl::string_view tensor,
                   absl::string_view type, size_t width, const void* numbers,
                   size_t count) {
    const std::string header =
        absl::StrCat("{\"", tensor, "\":{\"dtype\":\"", type, "\",\"shape\":[",
                     count, "],\"data_offsets\":[0,", count * width, "]}}");
    const uint64_t size = header.size();
    std::ofstream file(path, std::ios::binary);
    file.write(reinterpret_cast<const char*>(&size), sizeof(size));
    file << header;
    file.write(static_cast<const char*>(numbers), count * width);
  }

  void WriteFloats(const std::string& name, const Floats& numbers) {
    WriteTensor(Path(name), "layer.0.w", "F32", 4, numbers.data(),
                numbers.size());
  }

  absl::StatusOr<MergeReport> Merge(const std::string& recipe,
                                    const std::string& out) {
    auto parsed = ParseMergeRecipe(recipe, folder_);
    if (!parsed.ok()) return parsed.status();
    return MergeCheckpoints(*parsed, Path(out), IgnoreProgress);
  }

  Floats ReadFloats(const std::string& name, size_t count) {
    const auto file = SafeTensors::Open(Path(name));
    EXPECT_TRUE(file.ok()) << file.status();
    const auto floats = (*file)->Floats("layer.0.w", {count});
    EXPECT_TRUE(floats.ok()) << floats.status();
    return *floats;
  }

  std::string folder_;
};

Floats FloatsOf(simdjson::dom::element list) {
  Floats floats;
  for (const auto value : list.get_array()) {
    floats.push_back(static_cast<float>(value.get_double()));
  }
  return floats;
}

TEST_F(MergeTest, EveryMethodGivesWhatNumpyGives) {
  const auto file = MappedFile::Open("tests/model/merge/testdata/golden.json");
  ASSERT_TRUE(file.ok()) << file.status();
  simdjson::dom::parser parser;
  const simdjson::dom::element golden =
      parser.parse((*file)->contents().data(), (*file)->contents().size());
  WriteFloats("base.safetensors", FloatsOf(golden["base"]));
  int models = 0;
  for (const auto model : golden["models"].get_array()) {
    WriteFloats(absl::StrCat("m", models++, ".safetensors"), FloatsOf(model));
  }
  ASSERT_EQ(models, 3);
  int cases = 0;
  for (const auto c : golden["cases"].get_array()) {
    std::vector<std::string> inputs;
    for (const auto weight : c["weights"].get_array()) {
      inputs.push_back(absl::StrCat(
          "{\"path\":\"m", inputs.size(),
          ".safetensors\",\"weight\":", weight.get_double().value(), "}"));
    }
    std::string more;
    for (const char* key : {"density", "scale", "seed"}) {
      double value;
      if (c[key].get(value) != simdjson::SUCCESS) continue;
      absl::StrAppend(&more, ",\"", key, "\":",
                      static_cast<int64_t>(value) == value
                          ? absl::StrCat(static_cast<int64_t>(value))
                          : absl::StrCat(value));
    }
    const std::string method(c["method"].get_string().value());
    const std::string recipe = absl::StrCat(
        "{\"method\":\"", method, "\",\"base\":\"base.safetensors\",",
        "\"models\":[", absl::StrJoin(inputs, ","), "]", more, "}");
    const std::string out = absl::StrCat("out", cases++, ".safetensors");
    const auto report = Merge(recipe, out);
    ASSERT_TRUE(report.ok()) << report.status() << " " << recipe;
    const Floats want = FloatsOf(c["result"]);
    const Floats got = ReadFloats(out, want.size());
    for (size_t i = 0; i < want.size(); ++i) {
      EXPECT_NEAR(got[i], want[i], 1e-6) << recipe << " number " << i;
    }
  }
  EXPECT_EQ(cases, 8);
}

TEST_F(MergeTest, LargeTensorsAreMergedInParts) {
  const size_t count = (size_t{5} << 19) + 4;  // two parts and a half
  Floats base(count), a(count), b(count);
  for (size_t i = 0; i < count; ++i) {
    base[i] = static_cast<float>(i % 1000);
    a[i] = base[i] + static_cast<float>(i % 4);
    b[i] = base[i] - static_cast<float>(i % 2);
  }
  WriteFloats("base.safetensors", base);
  WriteFloats("a.safetensors", a);
  WriteFloats("b.safetensors", b);
  // A quarter of a's changes are 3: just these are kept.
  const auto report = Merge(
      R"({"method": "ties", "base": "base.safetensors", "density": 0.25,
          "models": [{"path": "a.safetensors"}]})",
      "out.safetensors");
  ASSERT_TRUE(report.ok()) << report.status();
  const Floats got = ReadFloats("out.safetensors", count);
  for (size_t i = 0; i + 4 < count; ++i) {
    ASSERT_EQ(got[i], base[i] + (i % 4 == 3 ? 3 : 0)) << i;
  }
  ASSERT_EQ(report->rules.size(), 1);
  EXPECT_EQ(report->rules[0].second.numbers, count);
  EXPECT_NEAR(report->rules[0].second.kept, count / 4.0, 2);
}

TEST_F(MergeTest, ResultHasTheTypeOfTheFirst) {
  const uint16_t a[2] = {0x3c00, 0x4000};  // halves: 1, 2
  const float b[2] = {3, 5};
  WriteTensor(Path("a.safetensors"), "layer.0.w", "F16", 2, a, 2);
  WriteTensor(Path("b.safetensors"), "layer.0.w", "F32", 4, b, 2);
  ASSERT_TRUE(Merge(R"({"models": [{"path": "a.safetensors"},
                                   {"path": "b.safetensors"}]})",
                    "out.safetensors")
                  .ok());
  const auto file = SafeTensors::Open(Path("out.safetensors"));
  ASSERT_TRUE(file.ok());
  EXPECT_EQ((*file)->tensors().at("layer.0.w").type, TensorType::kFloat16);
  EXPECT_EQ(ReadFloats("out.safetensors", 2), (Floats{2, 3.5}));
}

TEST_F(MergeTest, NamesOfTensorsMayHoldAnyCharacter) {
  const float number = 1.5f;
  WriteTensor(Path("a.safetensors"), R"(w \"q\"\n\u0001)", "F32", 4, &number,
              1);
  const auto report = Merge(
      R"({"models": [{"path": "a.safetensors"}, {"path": "a.safetensors"}]})",
      "out.safetensors");
  ASSERT_TRUE(report.ok()) << report.status();
  const auto file = SafeTensors::Open(Path("out.safetensors"));
  ASSERT_TRUE(file.ok()) << file.status();
  EXPECT_EQ((*file)->tensors().count("w \"q\"\n\x01"), 1);
}

TEST_F(MergeTest, CheckpointsThatDoNotFitAreNamed) {
  WriteFloats("a.safetensors", {1, 2, 3});
  WriteFloats("b.safetensors", {1, 2});
  const float one = 1;
  WriteTensor(Path("c.safetensors"), "other", "F32", 4, &one, 1);
  const int64_t i1 = 1, i2 = 2;
  WriteTensor(Path("i1.safetensors"), "ids", "I64", 8, &i1, 1);
  WriteTensor(Path("i2.safetensors"), "ids", "I64", 8, &i2, 1);
  const auto merge = [this](const char* a, const char* b) {
    return Merge(absl::StrCat("{\"models\":[{\"path\":\"", a,
                              "\"},{\"path\":\"", b, "\"}]}"),
                 "out.safetensors")
        .status();
  };
  const absl::Status shape = merge("a.safetensors", "b.safetensors");
  EXPECT_TRUE(absl::IsInvalidArgument(shape));
  EXPECT_TRUE(absl::StrContains(shape.message(), "shape [2], want [3]"))
      << shape;
  const absl::Status missing = merge("a.safetensors", "c.safetensors");
  EXPECT_TRUE(absl::StrContains(missing.message(), "layer.0.w: missing"))
      << missing;
  const absl::Status whole = merge("i1.safetensors", "i2.safetensors");
  EXPECT_TRUE(absl::StrContains(whole.message(), "differ")) << whole;
  EXPECT_TRUE(absl::IsNotFound(merge("a.safetensors", "none.safetensors")));
  EXPECT_FALSE(std::filesystem::exists(Path("out.safetensors")));
}

TEST_F(MergeTest, FoldersWithShardsGiveAFolderWithTheConfiguration) {
  for (const char* model : {"x", "y"}) {
    std::filesystem::create_directories(Path(model));
    const float numbers[2] = {model[0] == 'x' ? 1.0f : 3.0f, 8};
    for (const char* part : {"p", "q"}) {
      WriteTensor(Path(absl::StrCat(model, "/", part, ".safetensors")), part,
                  "F32", 4, numbers, 2);
    }
    std::ofstream(Path(absl::StrCat(model, "/model.safetensors.index.json")))
        << R"({"weight_map": {"p": "p.safetensors", "q": "q.safetensors"}})";
    std::ofstream(Path(absl::StrCat(model, "/config.json"))) << model;
  }
  const auto report =
      Merge(R"({"models": [{"path": "x", "weight": 3}, {"path": "y"}],
                "layers": [{"pattern": "q", "weights": [0, 1]}]})",
            "merged");
  ASSERT_TRUE(report.ok()) << report.status();
  const auto file = SafeTensors::Open(Path("merged/model.safetensors"));
  ASSERT_TRUE(file.ok()) << file.status();
  EXPECT_EQ(*(*file)->Floats("p", {2}), (Floats{1.5, 8}));
  EXPECT_EQ(*(*file)->Floats("q", {2}), (Floats{3, 8}));
  std::string config;
  std::ifstream(Path("merged/config.json")) >> config;
  EXPECT_EQ(config, "x");
  EXPECT_TRUE(absl::IsFailedPrecondition(
      Merge(R"({"models": [{"path": "x"}, {"path": "y"}]})", "merged")
          .status()));
}

}  // namespace
}  // namespace footnote
