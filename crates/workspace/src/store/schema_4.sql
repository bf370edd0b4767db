-- When a runner last fetched is in the activity alone, as the hosted service has it.
ALTER TABLE deploy_tokens DROP COLUMN last_used_at;
