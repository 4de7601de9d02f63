-- Put the jobs of a worker that lost its database connection back into the queue; nobody was killed, nothing counts.
UPDATE procrastinate_jobs SET status = 'todo', worker_id = NULL, scheduled_at = NULL, queueing_lock = NULL
WHERE worker_id = %(worker_id)s AND status = 'doing'
