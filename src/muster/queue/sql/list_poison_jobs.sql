-- Jobs whose worker died once more than the limit allows.
SELECT job.id, job.task_name, job.args, job.attempts FROM procrastinate_jobs AS job
LEFT JOIN procrastinate_workers AS worker ON worker.id = job.worker_id
WHERE job.status = 'doing'
  AND (worker.id IS NULL OR worker.last_heartbeat < now() - make_interval(secs => %(seconds)s))
  AND coalesce((job.args ->> 'kills')::int, 0) + 1 >= %(limit)s
ORDER BY job.id
