using System.Globalization;
using System.Net;
using OrleansSale.GrainInterfaces.Payments;
using Polly;
using Stripe;

namespace OrleansSale.Silo.Payments.Stripe;

/// <summary>
/// Calls Stripe within <see cref="CallBounds"/>, and tells failures by codes. What Stripe writes about a failure may
/// have a buyer's data in it, so it is not passed on.
/// </summary>
internal static class StripeCalls
{
    private const int MaxCodeLength = 64;

    /// <summary>Asks once; the client repeats what failed on the way.</summary>
    /// <param name="what">What is asked for, in a message.</param>
    /// <param name="call">The call.</param>
    /// <param name="cancellationToken">Ends it.</param>
    /// <exception cref="PaymentProviderException">Stripe refused or did not answer.</exception>
    public static async Task<T> AskAsync<T>(
        string what, Func<CancellationToken, Task<T>> call, CancellationToken cancellationToken)
    {
        // The handlers bound a request only until its answer's headers; the body is inside this bound as well.
        using var bound = CancellationTokenSource.CreateLinkedTokenSource(cancellationToken);
        bound.CancelAfter(CallBounds.Call);
        try
        {
            return await call(bound.Token);
        }
        catch (OperationCanceledException) when (!cancellationToken.IsCancellationRequested)
        {
            throw new PaymentProviderException("Stripe did not answer in time.", "timeout");
        }
        catch (ExecutionRejectedException)
        {
            throw new PaymentProviderException("Stripe does not answer in time.", "timeout");
        }
        catch (HttpRequestException inner)
        {
            throw new PaymentProviderException("Stripe could not be reached.", "unreachable", inner: inner);
        }
        catch (StripeException e) when (e.StripeError is not null)
        {
            throw Refused(what, e);
        }
        catch (StripeException e) when ((int)e.HttpStatusCode >= 300)
        {
            throw Refused(what, e);
        }
        catch (Exception e) when (e is not (OutOfMemoryException or OperationCanceledException))
        {
            throw Unusable($"Stripe's answer can't be read: {e.GetType().Name}.");
        }
    }

    /// <summary>An answer that is not what Stripe documents.</summary>
    public static PaymentProviderException Unusable(string message) => new(message, "unusable-answer");

    /// <summary>A word of Stripe's as a part of a code.</summary>
    public static string Word(string? word) =>
        word is { Length: > 0 and <= MaxCodeLength } && word.All(c => c is > ' ' and <= '~') ? word : "unknown";

    // Who is busy, broken, or still at work on the same key has decided nothing.
    private static PaymentProviderException Refused(string what, StripeException failure)
    {
        var status = failure.HttpStatusCode;
        var code = ((int)status).ToString(CultureInfo.InvariantCulture);
        if ((failure.StripeError?.Code ?? failure.StripeError?.Type) is { } reason) code += $" {Word(reason)}";
        var hasDecided = (int)status is >= 300 and < 500 && status is not (
            HttpStatusCode.RequestTimeout or HttpStatusCode.Conflict or HttpStatusCode.TooManyRequests);
        return new PaymentProviderException($"Stripe refused the {what}: {code}.", code, hasDecided);
    }
}
