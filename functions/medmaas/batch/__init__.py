"""The event door: a file of rows becomes a file of answers.

In the order in which a file passes them:

- handler.py is what Lambda calls; events.py reads which objects were created.
- job.py: which model, how, and where the answers go. opened.py: the job, its file and its model.
- run.py takes one job to its end; deadline.py says how much time is left; fan_out.py cuts a large
  file into ranges, which are scored side by side; part.py scores one chunk after the other.
- scorer.py says who answers the rows that `table/` reads; records.py does it for records in FHIR.
- storage.py reads and writes objects of a bucket, local.py files of this machine, and
  wfdb_record.py records of PhysioNet there.
- manifest.py is written last.
"""
