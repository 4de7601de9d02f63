-- End a job, but only for the worker that still holds it: one that wakes after being replaced must not
-- acknowledge the run of its replacement.
WITH mine AS (
    SELECT id FROM procrastinate_jobs
    WHERE id = %(job_id)s AND worker_id = %(worker_id)s AND status = 'doing'
    FOR UPDATE
)
SELECT procrastinate_finish_job_v1(mine.id, %(status)s, %(delete_job)s) FROM mine
