using System.Globalization;
using System.Net;
using System.Text.Json;
using OrleansSale.GrainInterfaces.Payments;

namespace OrleansSale.Silo.Payments.Protocol;

/// <summary>An answer of the provider other than success.</summary>
internal readonly record struct ProviderRefusal(HttpStatusCode Status, ProblemAnswer? Problem)
{
    private const int MaxCodeLength = 64;

    /// <summary>Reads the answer. Of a proxy's page only the status is used.</summary>
    public static ProviderRefusal Read(HttpStatusCode status, byte[] body)
    {
        try
        {
            return new ProviderRefusal(status, JsonSerializer.Deserialize(body, ProviderJson.Default.ProblemAnswer));
        }
        catch (JsonException)
        {
            return new ProviderRefusal(status, null);
        }
    }

    /// <summary>
    /// The answer as an exception. A provider that is busy or broken has decided nothing. The code goes into logs, so
    /// text that does not look like a code is left out.
    /// </summary>
    public PaymentProviderException Told(string what)
    {
        var code = ((int)Status).ToString(CultureInfo.InvariantCulture);
        if (Reason is { } reason) code += $" {reason}";
        var hasDecided = (int)Status is >= 300 and < 500
            && Status is not (HttpStatusCode.RequestTimeout or HttpStatusCode.TooManyRequests);
        return new PaymentProviderException($"The payment provider refused {what}: {code}.", code, hasDecided);
    }

    /// <summary>The answer as an exception, if the provider has taken on what was asked for.</summary>
    public PaymentProviderException ToldUnderWay(string code) => new(
        $"The payment provider has not done it yet: {code}.", Reason is { } reason ? $"{code} {reason}" : code,
        isUnderWay: true);

    private string? Reason =>
        Problem?.Code is { Length: > 0 and <= MaxCodeLength } reason && reason.All(c => c is > ' ' and <= '~')
            ? reason : null;
}
