-- How many jobs wait or run.
SELECT count(*) AS open_jobs FROM procrastinate_jobs WHERE status IN ('todo', 'doing')
