using OrleansSale.Api.Http;
using OrleansSale.GrainInterfaces;
using OrleansSale.GrainInterfaces.Orders;

namespace OrleansSale.Api.Sales.Orders;

/// <summary>Answers with where to deliver, of an order or of a reservation.</summary>
public static class DeliveryAnswer
{
    /// <summary>200 with the details, 204 if there are none yet, or the problem.</summary>
    public static IResult Of(Answer<Delivery?> answer)
    {
        if (answer.Refused is { } refusal) return Problem.Of(refusal, answer.Detail);
        return DeliveryBody.Of(answer.Value) is { } body
            ? Reply.Ok(body, OrderJson.Wire.DeliveryBody) : Results.NoContent();
    }
}
