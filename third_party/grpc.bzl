"""cc_grpc_library: one .proto to C++ messages and gRPC stubs.

The system's protoc and plugin do the work; includes are written from the
repository's root, and imports are resolved from there too.
"""

def cc_grpc_library(name, src, deps = [], grpc = False, **kwargs):
    """Makes `name` from the proto file `src`.

    Args:
      name: the cc_library's name.
      src: the .proto file, in this package.
      deps: cc_grpc_library targets whose protos `src` imports.
      grpc: True where the file defines a service.
      **kwargs: passed to cc_library (visibility).
    """
    stem = src[:-len(".proto")]
    ends = [".pb.h", ".pb.cc"] + ([".grpc.pb.h", ".grpc.pb.cc"] if grpc else [])
    outs = [stem + e for e in ends]
    plugin = ""
    if grpc:
        plugin = ("--grpc_out=$(GENDIR) " +
                  "--plugin=protoc-gen-grpc=/usr/bin/grpc_cpp_plugin ")
    native.filegroup(
        name = name + "_proto",
        srcs = [src] + [d + "_proto" for d in deps],
        visibility = ["//visibility:public"],
    )
    native.genrule(
        name = name + "_gen",
        srcs = [src] + [d + "_proto" for d in deps],
        outs = outs,
        cmd = "/usr/bin/protoc -I. --cpp_out=$(GENDIR) " + plugin +
              native.package_name() + "/" + src,
    )
    native.cc_library(
        name = name,
        srcs = [o for o in outs if o.endswith(".cc")],
        hdrs = [o for o in outs if o.endswith(".h")],
        copts = ["-Wno-unused-parameter"],
        deps = deps + (["//third_party/grpc"] if grpc else ["//third_party/protobuf"]),
        **kwargs
    )
