from semroute.adapters.prometheus import MergedMetrics, PrometheusObserver


def page(streams: int, messages: int) -> str:
    metrics = PrometheusObserver("1.2.3", "sha256:0")
    metrics.watch("semroute_extproc_streams", lambda: streams)
    for _ in range(messages):
        metrics.message_answered("request_body", "continue", 0.02)
    return metrics.render().decode()


def test_samples_say_whose_they_are_and_each_metric_is_described_once() -> None:
    text = MergedMetrics().render({0: page(5, 1), 3: page(7, 2)}).decode()
    lines = text.splitlines()
    for expected in (
        'semroute_extproc_streams{worker="0"} 5.0',
        'semroute_extproc_streams{worker="3"} 7.0',
        'extproc_requests_total{request_type="request_body",status="continue",worker="3"} 2.0',
        'semroute_build_info{version="1.2.3",worker="0"} 1.0',
    ):
        assert expected in lines
    assert lines.count("# TYPE semroute_extproc_streams gauge") == 1
    assert lines.count("# TYPE extproc_requests_total counter") == 1
    assert "_created" not in text


def test_restarts_are_counted_even_when_no_worker_answers() -> None:
    metrics = MergedMetrics()
    metrics.restarted(1)
    metrics.restarted(1)
    assert 'semroute_worker_restarts_total{worker="1"} 2.0' in metrics.render({}).decode()
