//! See `deploy_tokens_fuzz::bundle`.
#![no_main]

libfuzzer_sys::fuzz_target!(|data: &[u8]| deploy_tokens_fuzz::bundle(data));
