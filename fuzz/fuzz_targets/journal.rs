//! See `deploy_tokens_fuzz::journal`.
#![no_main]

libfuzzer_sys::fuzz_target!(|data: &[u8]| deploy_tokens_fuzz::journal(data));
