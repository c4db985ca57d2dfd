"""Bazel 4.2.3's native C++ rules under the names of rules_cc.

Debian's bazel-rules-cc wants a newer Bazel, yet @bazel_tools of 4.2.3 loads
@rules_cc//cc:defs.bzl; this file stands in for it.
"""

def _empty(name, visibility = None, **_kwargs):
    native.filegroup(name = name, visibility = visibility)

cc_binary = native.cc_binary
cc_import = native.cc_import
cc_library = native.cc_library
cc_proto_library = native.cc_proto_library
cc_test = native.cc_test
cc_toolchain = native.cc_toolchain
cc_toolchain_suite = native.cc_toolchain_suite
cc_flags_supplier = _empty
compiler_flag = _empty
fdo_prefetch_hints = native.fdo_prefetch_hints
fdo_profile = native.fdo_profile
objc_import = native.objc_import
objc_library = native.objc_library
