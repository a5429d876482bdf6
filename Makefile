# A thin door: each target is one job of tools/run.py, which sets up what it needs by itself.
# Arguments for the job: make test ARGS="-k engine". Without make: python3 tools/run.py test -k engine
PYTHON ?= python3
JOBS := setup tutorial lab test check bench bundle check-room progress board teach site lessons images lint reset clean

help:
	@$(PYTHON) tools/run.py help

$(JOBS):
	@$(PYTHON) tools/run.py $@ $(ARGS)

.PHONY: help $(JOBS)
