-- Put jobs of workers without a recent sign of life back into the queue, count the kill, and return them.
-- A queueing lock is dropped: another job with it may wait by now, and two waiting ones are refused.
WITH dead AS (
    SELECT job.id FROM procrastinate_jobs AS job
    LEFT JOIN procrastinate_workers AS worker ON worker.id = job.worker_id
    WHERE job.status = 'doing'
      AND (worker.id IS NULL OR worker.last_heartbeat < now() - make_interval(secs => %(seconds)s))
      AND coalesce((job.args ->> 'kills')::int, 0) + 1 < %(limit)s
    FOR UPDATE OF job SKIP LOCKED
)
UPDATE procrastinate_jobs AS job
SET status = 'todo',
    worker_id = NULL,
    scheduled_at = NULL,
    queueing_lock = NULL,
    attempts = attempts + 1,
    args = job.args || jsonb_build_object('kills', coalesce((job.args ->> 'kills')::int, 0) + 1)
FROM dead WHERE job.id = dead.id
RETURNING job.id, job.task_name, job.args
