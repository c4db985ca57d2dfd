#!/usr/bin/env python3
"""Makes tiny decoders with random weights, and what transformers computes.

usage: make_golden.py OUT [--seed N] [--only NAME] [--set key=value]...
                      [--exact]

Writes OUT/NAME/{config.json, model.safetensors, golden.safetensors} for each
architecture. Weights are drawn, rounded to bf16 and stored as bf16, so the
numbers of golden.safetensors, computed in fp32 on one thread with eager
attention, hold for any reader. `--set` changes sizes: hidden_size, layers,
heads, kv_heads, head_dim, window, intermediate_size, prompt, greedy.
`--exact` computes them in fp64 instead, and prints how far fp32 is from it in
the logits: what an engine in fp32 may be off by, and torch itself is.
Wants torch 2.13 and transformers 5.23. `footnote model golden OUT/NAME`
compares.
"""

import argparse
import contextlib
import copy
import os

import torch
import transformers
from safetensors.torch import save_file

SIZES = dict(hidden_size=64, layers=4, heads=4, kv_heads=2, head_dim=16,
             window=16, intermediate_size=96, vocab_size=256, prompt=40,
             greedy=48)


def randomize(model, generator):
    """The default (spread .02, gains of 1) would hide bugs."""
    with torch.no_grad():
        for name, p in model.named_parameters():
            noise = torch.randn(p.shape, generator=generator)
            if name.endswith("norm.weight"):
                unit = 0.0 if "Gemma" in type(model).__name__ else 1.0
                value = unit + 0.25 * noise
            elif name.endswith("bias"):
                value = 0.5 * noise
            elif "embed_tokens" in name:
                value = noise
            elif "q_proj" in name or "k_proj" in name:
                value = noise * 2.0 / p.shape[-1] ** 0.5
            elif "o_proj" in name or "down_proj" in name:
                value = noise * 2.5 / p.shape[-1] ** 0.5
            else:
                value = noise / p.shape[-1] ** 0.5
            p.copy_(value.to(torch.bfloat16).float())


@contextlib.contextmanager
def in_doubles():
    """transformers asks for fp32 in norms, softmax and angles: it gets fp64."""
    kept = torch.float32, torch.float, torch.Tensor.float
    torch.float32 = torch.float = torch.float64
    torch.Tensor.float = torch.Tensor.double
    torch.set_default_dtype(torch.float64)
    try:
        yield
    finally:
        torch.float32, torch.float, torch.Tensor.float = kept
        torch.set_default_dtype(torch.float32)


def exact(model):
    """The same weights, computing in fp64."""
    with in_doubles():
        config = copy.deepcopy(model.config)
        config._attn_implementation = "eager"
        config._experts_implementation = "eager"
        twin = type(model)(config).double().eval()
    twin.load_state_dict({k: v.double() for k, v in model.state_dict().items()})
    return twin


def computed(model, ids, greedy):
    """What `model` makes of `ids` and of the `greedy` tokens after them."""
    seen, hooks = {}, []

    def hook(name):
        def keep(module, inputs, output):
            value = output[0] if isinstance(output, tuple) else output
            seen[name] = value.detach().clone()
        return keep

    for i, layer in enumerate(model.model.layers):
        hooks.append(layer.register_forward_hook(hook(f"layer{i}.out")))
        if i > 0:
            continue
        for name, module in (("norm", layer.input_layernorm),
                             ("q", layer.self_attn.q_proj),
                             ("k", layer.self_attn.k_proj),
                             ("attn_out", layer.self_attn),
                             ("mlp_out", layer.mlp)):
            hooks.append(module.register_forward_hook(
                hook(f"layer{i}.{name}")))
    hooks.append(model.model.norm.register_forward_hook(hook("final_norm")))
    with torch.no_grad():
        seen["logits"] = model(ids, use_cache=False).logits
    for one in hooks:
        one.remove()
    seen["ids"] = ids.to(torch.int32)
    now, past, tokens, steps = ids, None, [], []
    with torch.no_grad():
        for _ in range(greedy):
            out = model(now, past_key_values=past, use_cache=True)
            past = out.past_key_values
            steps.append(out.logits[0, -1].clone())
            tokens.append(int(steps[-1].argmax()))
            now = torch.tensor([[tokens[-1]]])
    seen["greedy.logits"] = torch.stack(steps)
    seen["greedy.ids"] = torch.tensor(tokens, dtype=torch.int32)
    return seen


def write(folder, model, sizes, generator, in_fp64):
    os.makedirs(folder, exist_ok=True)
    randomize(model, generator)
    model.eval()
    ids = torch.randint(7, sizes["vocab_size"], (1, sizes["prompt"]),
                        generator=generator)
    seen = computed(model, ids, sizes["greedy"])
    if in_fp64:
        plain, twin = seen, exact(model)
        with in_doubles():
            seen = computed(twin, ids, sizes["greedy"])
        off = (plain["logits"].double() - seen["logits"]).abs().max().item()
        print(folder, "torch's fp32 logits differ from fp64 by",
              f"{off:.2g}")
    first = lambda v: (v[0] if v.dim() > 1 and v.shape[0] == 1 else v)
    single = lambda v: v.float() if v.is_floating_point() else v
    save_file({k: single(first(v)).contiguous() for k, v in seen.items()},
              os.path.join(folder, "golden.safetensors"))
    model.to(torch.bfloat16).save_pretrained(folder)
    generation = os.path.join(folder, "generation_config.json")
    if os.path.exists(generation):
        os.remove(generation)
    top = seen["greedy.logits"].sort(-1, descending=True).values
    print(folder, "smallest margin",
          f"{(top[:, 0] - top[:, 1]).min().item():.3g}", "largest logit",
          f"{seen['logits'].abs().max().item():.3g}", flush=True)


def models(sizes):
    """Name to the model's class and configuration."""
    t = transformers
    common = dict(
        vocab_size=sizes["vocab_size"], hidden_size=sizes["hidden_size"],
        intermediate_size=sizes["intermediate_size"],
        num_hidden_layers=sizes["layers"],
        num_attention_heads=sizes["heads"],
        num_key_value_heads=sizes["kv_heads"], max_position_embeddings=512,
        bos_token_id=5, eos_token_id=6, pad_token_id=0, dtype="float32")
    rope = lambda theta, **more: {"rope_type": "default", "rope_theta": theta,
                                  **more}
    size = sizes["head_dim"]
    window = sizes["window"]
    yield "cohere2", t.Cohere2ForCausalLM, t.Cohere2Config(
        **common, sliding_window=window, logit_scale=0.25,
        rope_parameters=rope(50000.0))
    moe = dict(common, head_dim=size, sliding_window=window, logit_scale=0.5,
               rope_theta=50000.0, num_experts=8, num_experts_per_tok=3)
    yield "cohere2_moe_sigmoid", t.Cohere2MoeForCausalLM, t.Cohere2MoeConfig(
        **moe, num_shared_experts=1, expert_selection_fn="sigmoid",
        norm_topk_prob=True, first_k_dense_replace=1,
        prefix_dense_intermediate_size=80)
    yield "cohere2_moe_plain", t.Cohere2MoeForCausalLM, t.Cohere2MoeConfig(
        **moe, num_shared_experts=2, expert_selection_fn="sigmoid",
        norm_topk_prob=False, shared_expert_combination_strategy="sum",
        rms_norm_eps=1e-5)
    yield "cohere2_moe_softmax", t.Cohere2MoeForCausalLM, t.Cohere2MoeConfig(
        **moe, expert_selection_fn="softmax", first_k_dense_replace=2,
        prefix_dense_intermediate_size=64,
        prefix_dense_sliding_window_pattern=2)
    yield "llama", t.LlamaForCausalLM, t.LlamaConfig(
        **common, head_dim=size, attention_bias=True, mlp_bias=True,
        rope_parameters=dict(
            rope_type="llama3", rope_theta=500.0, factor=8.0,
            low_freq_factor=1.0, high_freq_factor=4.0,
            original_max_position_embeddings=64))
    yield "mistral", t.MistralForCausalLM, t.MistralConfig(
        **common, head_dim=size, sliding_window=window,
        rope_parameters=rope(10000.0))
    yield "qwen2", t.Qwen2ForCausalLM, t.Qwen2Config(
        **common, use_sliding_window=True, sliding_window=window,
        max_window_layers=2, tie_word_embeddings=True,
        rope_parameters=rope(1e6))
    yield "qwen3", t.Qwen3ForCausalLM, t.Qwen3Config(
        **common, head_dim=size, rope_parameters=rope(1e6))
    yield "gemma3", t.Gemma3ForCausalLM, t.Gemma3TextConfig(
        **common, head_dim=size, sliding_window=window,
        query_pre_attn_scalar=24,
        layer_types=["full_attention" if i % 3 == 2 else "sliding_attention"
                     for i in range(sizes["layers"])],
        rope_parameters={
            "full_attention": dict(rope_type="linear", rope_theta=1e6,
                                   factor=8.0),
            "sliding_attention": rope(10000.0)})


def main():
    parser = argparse.ArgumentParser(
        description=__doc__.splitlines()[0])
    parser.add_argument("out")
    parser.add_argument("--seed", type=int, default=20260401)
    parser.add_argument("--only", default="")
    parser.add_argument("--set", action="append", default=[])
    parser.add_argument("--exact", action="store_true")
    arguments = parser.parse_args()
    torch.set_num_threads(1)
    sizes = dict(SIZES)
    for one in arguments.set:
        key, value = one.split("=")
        sizes[key] = int(value)
    for name, kind, config in models(sizes):
        if arguments.only not in ("", name):
            continue
        config._attn_implementation = "eager"
        torch.manual_seed(0)
        write(os.path.join(arguments.out, name), kind(config), sizes,
              torch.Generator().manual_seed(arguments.seed), arguments.exact)


if __name__ == "__main__":
    main()
