namespace OrleansSale.Tests.Browser.Stage;

/// <summary>
/// A batch whose opening waits for a test: an operator puts it off again and again, until the test has done what comes
/// before it, on whatever machine.
/// </summary>
public sealed class HeldOpening : IAsyncDisposable
{
    // Long enough that an operator who is kept waiting himself does not miss it, and short enough to wait for.
    private static readonly TimeSpan Ahead = TimeSpan.FromSeconds(20), Interval = TimeSpan.FromSeconds(4);

    private readonly CancellationTokenSource _letGo = new();
    private readonly OtherPeople _people;
    private readonly Task _holding;

    private HeldOpening(OtherPeople people, string batch)
    {
        (_people, Batch) = (people, batch);
        _holding = HoldAsync();
    }

    /// <summary>The batch's id.</summary>
    public string Batch { get; }

    /// <summary>Creates the batch, with reservations of these users; when it opens is not the sale's to say.</summary>
    public static async Task<HeldOpening> OfAsync(OtherPeople people, Sale sale, params string[] users) =>
        new(people, await people.CreateAsync(sale with { OpensIn = Ahead }, users));

    /// <summary>Lets the opening come: in some seconds.</summary>
    public async Task LetComeAsync()
    {
        await _letGo.CancelAsync();
        await _holding;
    }

    /// <inheritdoc />
    public async ValueTask DisposeAsync()
    {
        await LetComeAsync();
        _letGo.Dispose();
    }

    private async Task HoldAsync()
    {
        using var timer = new PeriodicTimer(Interval);
        try
        {
            while (await timer.WaitForNextTickAsync(_letGo.Token)) await _people.PutOffAsync(Batch, Ahead);
        }
        catch (OperationCanceledException) when (_letGo.IsCancellationRequested)
        {
            // The test is ready.
        }
    }
}
