//! See `deploy_tokens_fuzz::leak`.
#![no_main]

libfuzzer_sys::fuzz_target!(|data: &[u8]| deploy_tokens_fuzz::leak(data));
