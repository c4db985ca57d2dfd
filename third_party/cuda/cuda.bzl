"""Libraries of CUDA kernels, compiled by nvcc, and their emulated twins."""

load("@cuda//:found.bzl", "CUDA")

HAVE_CUDA = CUDA != ""

# sm_90a: Hopper, with its own instructions. tools/test --full adds the others
# by --define=cuda=all.
_HOPPER = "-gencode arch=compute_90a,code=sm_90a"
_ALL = _HOPPER + " -gencode arch=compute_80,code=sm_80 -gencode arch=compute_100,code=sm_100"

_FLAGS = "-std=c++17 -O3 -DNDEBUG --expt-relaxed-constexpr -Xcompiler -fPIC"

def cuda_library(name, srcs, hdrs, deps = [], **kwargs):
    """`srcs`, compiled by nvcc. No target at all where there is no nvcc.

    Args:
      name: of the library
      srcs: files *.cu of this package, each with its own headers
      hdrs: headers that all of them include
      deps: for who links it
      **kwargs: of cc_library
    """
    if not HAVE_CUDA:
        return
    objects = []
    for src, own in srcs.items():
        target = name + "_" + src[:-len(".cu")]
        native.genrule(
            name = target,
            srcs = [src] + own + hdrs,
            outs = [target + ".pic.o"],
            # Wgmma that ptxas makes wait for itself is as good as an error.
            cmd = (CUDA + "/bin/nvcc " + _FLAGS + " $(CUDA_ARCHITECTURES)" +
                   " -I. -c $(location " + src + ") -o $@ 2> $@.log" +
                   " || { cat $@.log >&2; exit 1; }; cat $@.log >&2;" +
                   " ! grep -q C7510 $@.log"),
            toolchains = ["//third_party/cuda:architectures"],
        )
        objects.append(target + ".pic.o")
    native.genrule(
        name = name + "_archive",
        srcs = objects,
        outs = ["lib" + name + "_cuda.a"],
        cmd = "/usr/bin/ar rcsD $@ $(SRCS)",
    )
    native.cc_library(
        name = name,
        srcs = ["lib" + name + "_cuda.a"],
        linkstatic = True,
        deps = deps + ["@cuda//:cudart_static"],
        **kwargs
    )

def _architectures_impl(ctx):
    flags = _ALL if ctx.var.get("cuda", "") == "all" else _HOPPER
    return [platform_common.TemplateVariableInfo({"CUDA_ARCHITECTURES": flags})]

cuda_architectures = rule(implementation = _architectures_impl)

def emulated_library(name, srcs, hdrs, **kwargs):
    """The same sources for the emulator, by the host's compiler."""
    files = []
    for src in srcs:
        file = "emulated_" + src[:-len(".cu")] + ".cc"
        native.genrule(
            name = file[:-len(".cc")],
            srcs = [src],
            outs = [file],
            cmd = "echo '#include \"%s/%s\"' > $@" % (native.package_name(), src),
        )
        files.append(file)
    native.cc_library(
        name = name,
        srcs = files,
        hdrs = hdrs,
        textual_hdrs = srcs,
        **kwargs
    )
