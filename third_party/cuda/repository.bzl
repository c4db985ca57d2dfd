"""Finds nvcc 13: what FOOTNOTE_CUDA names, tools/setup's, or the machine's own.

@cuda//:found.bzl has CUDA, the folder's path, or "" where there is none: then
targets of CUDA are left out (third_party/cuda/cuda.bzl).
"""

_PLACES = ["third_party/.cache/cuda", "/usr/local/cuda-13.0", "/usr/local/cuda"]

_BUILD = """
package(default_visibility = ["//visibility:public"])

cc_library(
    name = "cudart_static",
    srcs = ["lib/libcudart_static.a"],
    linkopts = ["-ldl", "-lrt", "-lpthread"],
    linkstatic = True,
)
"""

def _static_libraries(repository_ctx):
    """Linker flags that take what is not glibc from archives."""
    folder = repository_ctx.path("/usr/lib/x86_64-linux-gnu")
    if not folder.exists:
        return []
    archives = []
    for file in folder.readdir():
        name = file.basename
        wanted = name.startswith("libabsl_") or name in ["libgtest.a", "libgmock.a"]
        if wanted and name.endswith(".a"):
            # A folder of archives alone: then -lNAME finds no shared library.
            repository_ctx.symlink(file, "static/" + name)
            archives.append("-l" + name[len("lib"):-len(".a")])
    compilers = repository_ctx.path("/usr/lib/gcc/x86_64-linux-gnu")
    if compilers.exists:
        for compiler in compilers.readdir():
            library = compiler.get_child("libstdc++.a")
            if library.exists and not repository_ctx.path("static/libstdc++.a").exists:
                repository_ctx.symlink(library, "static/libstdc++.a")
    here = str(repository_ctx.path("static"))
    return ["-L" + here, "-Wl,--start-group"] + archives + ["-lstdc++", "-Wl,--end-group"]

def _impl(repository_ctx):
    root = repository_ctx.path(Label("//:WORKSPACE")).dirname
    named = repository_ctx.os.environ.get("FOOTNOTE_CUDA", "")
    found = ""
    for place in [named] if named else _PLACES:
        path = repository_ctx.path(place if place[0] == "/" else str(root) + "/" + place)
        needed = [path.get_child("bin").get_child("nvcc"), path.get_child("lib").get_child("libcudart_static.a")]
        if len([file for file in needed if file.exists]) == len(needed):
            found = str(path)
            break
    if found:
        repository_ctx.symlink(found + "/lib", "lib")
    repository_ctx.file("found.bzl", "CUDA = \"%s\"\nSTATIC_LIBRARIES = %s\n" % (
        found,
        _static_libraries(repository_ctx),
    ))
    repository_ctx.file("BUILD", _BUILD if found else "")

cuda_repository = repository_rule(
    implementation = _impl,
    environ = ["FOOTNOTE_CUDA"],
    local = True,
)
