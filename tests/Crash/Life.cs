using OrleansSale.Tests.Engine;

namespace OrleansSale.Tests.Crash;

/// <summary>
/// One life of the engine: while it lives every request must be answered; from the kill on, none need be.
/// </summary>
internal sealed class Life(EngineProcess engine, EngineClient client, Findings findings)
{
    private volatile bool _ending;

    public EngineClient Client { get; } = client;

    /// <summary>Whether there is still somebody to ask.</summary>
    public bool Goes => !_ending;

    /// <summary>SIGKILL.</summary>
    public async Task EndAsync()
    {
        _ending = true;
        await engine.KillAsync();
    }

    /// <summary>
    /// Takes an answer for what it may be: a success, a refusal among <paramref name="allowed"/>, overloaded, or none
    /// at the end.
    /// </summary>
    public EngineAnswer Judge(string what, EngineAnswer answer, params ReadOnlySpan<string> allowed)
    {
        if (!answer.Answered) findings.Expect(_ending, $"{what}: no answer while the engine lives");
        else if (!answer.Succeeded && answer.Code != "overloaded" && !allowed.Contains(answer.Code))
            findings.Add($"{what}: {answer}");
        return answer;
    }
}
