"""Queues, workers, the scheduler, sweeps: what makes the domain's due work happen on time.

Jobs carry ids only. RQ and rq-scheduler are doorbells; rows in Redis are the truth.
"""
