"""`codegen pull`: a released checkpoint becomes a registered model on this machine."""
