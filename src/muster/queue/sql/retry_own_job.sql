-- Hand a job back to be tried again, but only for the worker that still holds it.
WITH mine AS (
    SELECT id FROM procrastinate_jobs
    WHERE id = %(job_id)s AND worker_id = %(worker_id)s AND status = 'doing'
    FOR UPDATE
)
SELECT procrastinate_retry_job_v2(mine.id, %(retry_at)s, NULL, NULL, NULL) FROM mine
