//! The binary app artifact: format, writer, validation and loader.
