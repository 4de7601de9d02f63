-- End a job that nobody will try again, unless a worker has it after all.
UPDATE procrastinate_jobs AS job SET status = 'failed', attempts = attempts + 1
WHERE job.id = %(job_id)s AND job.status = 'doing'
  AND NOT EXISTS (
      SELECT 1 FROM procrastinate_workers AS worker
      WHERE worker.id = job.worker_id AND worker.last_heartbeat >= now() - make_interval(secs => %(seconds)s)
  )
