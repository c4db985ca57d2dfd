#include "model/weights/model_files.h"

#include <cstring>
#include <string>

#include "absl/strings/match.h"
#include "absl/strings/str_cat.h"
#include "base/file.h"
#include "gtest/gtest.h"
#include "tests/model/weights/gguf_bytes.h"

namespace footnote {
namespace {

constexpr char kModel[] = "tests/golden/models/tiny-llama";

std::string Folder(const std::string& name) {
  const std::string folder = ::testing::TempDir() + "/" + name;
  EXPECT_TRUE(MakeFolder(folder).ok());
  return folder;
}

void Write(const std::string& path, const std::string& bytes) {
  ASSERT_TRUE(WriteFileAtomically(path, bytes).ok());
}

// One safetensors file of the named tensors of `files`.
std::string Shard(const ModelFiles& files,
                  const std::vector<std::string>& names) {
  std::string header = "{";
  std::string body;
  for (const std::string& name : names) {
    const Tensor& tensor = files.tensors().at(name);
    absl::StrAppend(&header, header.size() > 1 ? "," : "", "\"", name,
                    "\":{\"dtype\":\"", TensorTypeName(tensor.type),
                    "\",\"shape\":", ShapeText(tensor.shape),
                    ",\"data_offsets\":[", body.size(), ",",
                    body.size() + tensor.bytes.size(), "]}");
    body += std::string(tensor.bytes);
  }
  header += "}";
  return GgufBytes::Raw(uint64_t{header.size()}) + header + body;
}

// A folder with the tensors of kModel in two files; `index` is its map.
std::string ShardedFolder(const std::string& name, std::string* index) {
  const auto files = ModelFiles::Open(kModel);
  EXPECT_TRUE(files.ok()) << files.status();
  std::vector<std::string> parts[2];
  *index = "{\"metadata\":{},\"weight_map\":{";
  size_t i = 0;
  for (const auto& [tensor, unused] : (*files)->tensors()) {
    parts[i % 2].push_back(tensor);
    absl::StrAppend(index, i > 0 ? "," : "", "\"", tensor, "\":\"part-", i % 2,
                    ".safetensors\"");
    ++i;
  }
  *index += "}}";
  const std::string folder = Folder(name);
  for (int part = 0; part < 2; ++part) {
    Write(absl::StrCat(folder, "/part-", part, ".safetensors"),
          Shard(**files, parts[part]));
  }
  Write(folder + "/config.json",
        *ReadFile(absl::StrCat(kModel, "/config.json")));
  return folder;
}

TEST(ModelFilesTest, ShardsAreOneModel) {
  std::string index;
  const std::string folder = ShardedFolder("sharded", &index);
  Write(folder + "/model.safetensors.index.json", index);
  const auto whole = ModelFiles::Open(kModel);
  const auto parts = ModelFiles::Open(folder);
  ASSERT_TRUE(parts.ok()) << parts.status();
  ASSERT_EQ((*parts)->tensors().size(), (*whole)->tensors().size());
  for (const auto& [name, tensor] : (*whole)->tensors()) {
    EXPECT_EQ((*parts)->tensors().at(name).bytes, tensor.bytes) << name;
  }
}

TEST(ModelFilesTest, IndexThatLiesIsDataLoss) {
  std::string index;
  const std::string folder = ShardedFolder("lying", &index);
  const std::string path = folder + "/model.safetensors.index.json";
  const auto swap = [&](const std::string& from, const std::string& to) {
    std::string changed = index;
    changed.replace(changed.find(from), from.size(), to);
    Write(path, changed);
    return ModelFiles::Open(folder).status();
  };
  absl::Status status =
      swap("\"lm_head.weight\":\"part-0", "\"lm_head.weight\":\"part-1");
  EXPECT_TRUE(absl::IsDataLoss(status)) << status;
  EXPECT_TRUE(absl::StrContains(status.message(), "lm_head.weight")) << status;
  EXPECT_TRUE(absl::IsDataLoss(swap("part-0.safe", "../part-0.safe")));
  EXPECT_TRUE(absl::IsNotFound(swap("part-0.safe", "part-7.safe")));
  Write(path, "{}");
  EXPECT_TRUE(absl::IsDataLoss(ModelFiles::Open(folder).status()));
}

TEST(ModelFilesTest, MissingFilesAreNotFound) {
  EXPECT_TRUE(absl::IsNotFound(ModelFiles::Open("/none").status()));
  const std::string folder = Folder("empty");
  EXPECT_TRUE(absl::IsNotFound(ModelFiles::Open(folder).status()));
  Write(folder + "/config.json",
        *ReadFile(absl::StrCat(kModel, "/config.json")));
  EXPECT_TRUE(absl::IsNotFound(ModelFiles::Open(folder).status()));
}

TEST(ModelFilesTest, TensorOfAnotherShapeIsNamed) {
  const auto files = ModelFiles::Open(kModel);
  ASSERT_TRUE(files.ok());
  const absl::Status status = (*files)->Find("lm_head.weight", {3, 4}).status();
  EXPECT_TRUE(absl::IsDataLoss(status));
  EXPECT_TRUE(absl::StrContains(status.message(), "lm_head.weight"));
}

TEST(ModelFilesTest, GgufTensorsHaveTheNamesOfHuggingFace) {
  GgufBytes bytes;
  bytes.Text("general.architecture", "gemma3")
      .Whole("gemma3.block_count", 1)
      .Whole("gemma3.embedding_length", 32)
      .Whole("gemma3.feed_forward_length", 32)
      .Whole("gemma3.attention.head_count", 2)
      .Whole("gemma3.attention.head_count_kv", 1)
      .Whole("gemma3.attention.key_length", 16)
      .Whole("gemma3.attention.value_length", 16)
      .Whole("gemma3.attention.sliding_window", 8)
      .Real("gemma3.attention.layer_norm_rms_epsilon", 1e-6f);
  for (const char* name : {"token_embd", "blk.0.attn_q", "blk.0.ffn_norm",
                           "blk.0.post_attention_norm"}) {
    bytes.Add(std::string(name) + ".weight", TensorType::kFloat32, {32, 1},
              std::string(128, '\0'));
  }
  const std::string path = ::testing::TempDir() + "/gemma.gguf";
  Write(path, bytes.Bytes());
  const auto files = ModelFiles::Open(path);
  ASSERT_TRUE(files.ok()) << files.status();
  EXPECT_TRUE((*files)->Contains("model.embed_tokens.weight"));
  EXPECT_TRUE((*files)->Contains("model.layers.0.self_attn.q_proj.weight"));
  EXPECT_TRUE(
      (*files)->Contains("model.layers.0.pre_feedforward_layernorm.weight"));
  EXPECT_TRUE(
      (*files)->Contains("model.layers.0.post_attention_layernorm.weight"));
  EXPECT_TRUE((*files)->config().sandwich);
  EXPECT_TRUE((*files)->config().tied);
  EXPECT_EQ((*files)->config().layers[0].window, 8);

  bytes.Whole("gemma3.attention.new_trick", 1);
  Write(path, bytes.Bytes());
  const absl::Status status = ModelFiles::Open(path).status();
  EXPECT_TRUE(absl::IsUnimplemented(status));
  EXPECT_TRUE(absl::StrContains(status.message(), "new_trick")) << status;
}

TEST(ModelFilesTest, OnePartOfASplitGgufIsRefused) {
  GgufBytes bytes;
  bytes.Text("general.architecture", "llama");
  const std::string path = ::testing::TempDir() + "/part.gguf";
  GgufBytes whole = bytes;
  Write(path, whole.Whole("split.count", 1).Bytes());
  EXPECT_FALSE(absl::StrContains(ModelFiles::Open(path).status().message(),
                                 "split.count"));
  Write(path, bytes.Whole("split.count", 3).Bytes());
  const absl::Status status = ModelFiles::Open(path).status();
  EXPECT_TRUE(absl::IsUnimplemented(status)) << status;
  EXPECT_TRUE(
      absl::StrContains(status.message(), "split.count: one of 3 files"))
      << status;
}

TEST(ModelFilesTest, HashIsOfTheWeights) {
  const auto files = ModelFiles::Open(kModel);
  ASSERT_TRUE(files.ok());
  EXPECT_EQ((*files)->Hash().size(), 64u);
  EXPECT_NE((*files)->Hash(),
            (*ModelFiles::Open("tests/golden/models/qwen3"))->Hash());
}

}  // namespace
}  // namespace footnote
